import type { LiveEvent } from '../live.ts';
import { commandsOf, textOf } from './timeline-payload.ts';

export const segmentKinds = ['queued', 'waiting', 'running', 'verifying'] as const;
export type SegmentKind = (typeof segmentKinds)[number];

export interface Segment {
  readonly kind: SegmentKind;
  readonly seconds: number;
}

export interface AttemptBar {
  readonly attemptId: string;
  readonly taskId: string;
  readonly segments: readonly Segment[];
  /** Until when the segments are counted, and which of them grows from there; null when the attempt is over. */
  readonly until: Date;
  readonly growing: SegmentKind | null;
}

interface Draft {
  readonly attemptId: string;
  readonly taskId: string;
  readonly queuedFrom: number | null;
  readonly startedAt: number;
  endedAt: number | null;
  readonly waits: { askId: unknown; from: number; to: number | null }[];
  readonly checks: { from: number; to: number }[];
}

/**
 * Where the time of each attempt went, read from the events alone: queued since its task was ready, waiting while an ask
 * stood open, verifying as long as the commands took, running the rest. An open attempt is counted until `now`.
 */
export function attemptBars(events: readonly LiveEvent[], now: Date): ReadonlyMap<string, AttemptBar> {
  const drafts = new Map<string, Draft>();
  const readyAt = new Map<string, number>();
  for (const { type, payload, at } of events) {
    const time = at.getTime();
    const taskId = textOf(payload, 'taskId') ?? '';
    const draft = drafts.get(textOf(payload, 'attemptId') ?? '') ?? newestOpen(drafts, taskId);
    if (type === 'task.status_changed' && payload.to === 'ready') readyAt.set(taskId, time);
    if (type === 'attempt.started') {
      const attemptId = textOf(payload, 'attemptId') ?? '';
      if (drafts.has(attemptId)) continue; // Adopted after a restart: the same attempt goes on.
      const queuedFrom = readyAt.get(taskId) ?? null;
      drafts.set(attemptId, { attemptId, taskId, queuedFrom, startedAt: time, endedAt: null, waits: [], checks: [] });
      continue;
    }
    if (draft === undefined) continue;
    if (type === 'ask.opened') draft.waits.push({ askId: payload.askId, from: time, to: null });
    if (type === 'ask.answered' || type === 'ask.expired' || type === 'ask.superseded') {
      for (const wait of draft.waits) if (wait.askId === payload.askId) wait.to ??= time;
    }
    if (type === 'verification.passed' || type === 'verification.failed') {
      const took = commandsOf(payload).reduce((sum, command) => sum + command.durationMs, 0);
      draft.checks.push({ from: time - took, to: time });
    }
    if (type === 'attempt.ended') draft.endedAt = time;
  }
  return new Map([...drafts].map(([id, draft]) => [id, barOf(draft, now.getTime())]));
}

/** The bar as it stands at `now`: the growing segment is that much longer. */
export function grownTo(bar: AttemptBar, now: Date): AttemptBar {
  const more = Math.max(0, (now.getTime() - bar.until.getTime()) / 1000);
  if (bar.growing === null || more === 0) return bar;
  const segments = bar.segments.map((segment) =>
    segment.kind === bar.growing ? { ...segment, seconds: segment.seconds + more } : segment,
  );
  return { ...bar, segments, until: now };
}

function newestOpen(drafts: ReadonlyMap<string, Draft>, taskId: string): Draft | undefined {
  return taskId === '' ? undefined : [...drafts.values()].findLast((d) => d.taskId === taskId && d.endedAt === null);
}

function barOf(draft: Draft, now: number): AttemptBar {
  const end = Math.max(draft.startedAt, draft.endedAt ?? now);
  const covered = (spans: readonly { from: number; to: number | null }[]) => {
    let sum = 0;
    let reached = draft.startedAt;
    for (const span of [...spans].sort((a, b) => a.from - b.from)) {
      const from = Math.max(reached, span.from);
      const to = Math.min(end, span.to ?? end);
      if (to > from) sum += to - from;
      reached = Math.max(reached, to);
    }
    return sum;
  };
  const waiting = covered(draft.waits);
  const verifying = Math.min(covered(draft.checks), end - draft.startedAt - waiting);
  const lengths: Record<SegmentKind, number> = {
    queued: draft.queuedFrom === null ? 0 : Math.max(0, draft.startedAt - draft.queuedFrom),
    waiting,
    running: end - draft.startedAt - waiting - verifying,
    verifying,
  };
  return {
    attemptId: draft.attemptId,
    taskId: draft.taskId,
    segments: segmentKinds.map((kind) => ({ kind, seconds: lengths[kind] / 1000 })),
    until: new Date(end),
    growing: draft.endedAt !== null ? null : draft.waits.some((wait) => wait.to === null) ? 'waiting' : 'running',
  };
}
