import type { LiveEvent } from './live.ts';
import type { Tone } from './status.ts';

/** What is worth a mark where the whole session is seen at a glance. */
export interface Mark {
  readonly seq: number;
  readonly at: Date;
  readonly kind: 'ask' | 'failure' | 'checkpoint' | 'person';
  readonly tone: Tone;
}

export interface Run {
  readonly attemptId: string;
  readonly from: { readonly seq: number; readonly at: Date };
  /** Null while it runs. */
  readonly to: { readonly seq: number; readonly at: Date } | null;
  readonly lane: number;
}

/** Marks and attempts of a history, both in its order. */
export function marksOf(history: readonly LiveEvent[]): {
  marks: readonly Mark[];
  runs: readonly Run[];
  lanes: number;
} {
  const marks: Mark[] = [];
  const open = new Map<unknown, Run>();
  const runs: Run[] = [];
  let lanes = 1;
  for (const event of history) {
    const seq = event.seq ?? 0;
    const kind = kindOf(event);
    if (kind !== null) marks.push({ seq, at: event.at, kind, tone: tones[kind] });
    const id = event.payload.attemptId;
    if (event.type === 'attempt.started' && !open.has(id)) {
      const taken = new Set([...open.values()].map((run) => run.lane));
      let lane = 0;
      while (taken.has(lane)) lane++;
      lanes = Math.max(lanes, lane + 1);
      open.set(id, { attemptId: String(id), from: { seq, at: event.at }, to: null, lane });
    }
    const run = open.get(id);
    if (event.type !== 'attempt.ended' || run === undefined) continue;
    open.delete(id);
    runs.push({ ...run, to: { seq, at: event.at } });
  }
  runs.push(...open.values());
  return { marks, runs, lanes };
}

const tones = { ask: 'waiting', failure: 'broken', checkpoint: 'done', person: 'quiet' } as const;

function kindOf({ type, payload, actor }: LiveEvent): Mark['kind'] | null {
  if (type === 'ask.opened') return 'ask';
  if (type === 'verification.failed' || type === 'session.failed') return 'failure';
  if (type === 'task.status_changed' && payload.to === 'failed') return 'failure';
  if (type === 'attempt.ended' && (payload.status === 'failed' || payload.status === 'lost')) return 'failure';
  if (type === 'checkpoint.created' || type === 'checkpoint.restored') return 'checkpoint';
  return actor.kind === 'user' || actor.kind === 'token' ? 'person' : null;
}
