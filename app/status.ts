// The one map from a status to its word, shape, tone and meaning; agents' are in agent-status.ts. No page has its own.
import type { RuntimeState } from '../server/application/ports.ts';
import type { AskStatus } from '../server/domain/ask.ts';
import type { AttemptStatus } from '../server/domain/attempt.ts';
import type { ConflictStatus } from '../server/domain/conflict.ts';
import type { InstancePresence } from '../server/domain/instance.ts';
import type { Attention, PlanSource, SessionStatus } from '../server/domain/session.ts';
import type { Proof, TaskStatus } from '../server/domain/task.ts';

/** Shapes are drawn by components/glyph.tsx, so that a missing font cannot take the meaning away. */
export type GlyphName =
  | 'ring'
  | 'disc'
  | 'half'
  | 'bars'
  | 'square'
  | 'frame'
  | 'check'
  | 'cross'
  | 'warning'
  | 'diamond'
  | 'clock'
  | 'question'
  | 'skip'
  | 'dash'
  | 'arrow'
  | 'link'
  | 'bell';

/** Grey while well (`quiet`, `done`); a colour is for what is live, waiting for a person, or wrong. */
export type Tone = 'quiet' | 'done' | 'live' | 'stream' | 'caution' | 'waiting' | 'broken';

export interface Sign {
  readonly word: string;
  readonly glyph: GlyphName;
  readonly tone: Tone;
  /** One sentence for a person who sees the word for the first time. */
  readonly meaning: string;
  /** Inverse video: this is happening now. */
  readonly inverse?: true;
}

export const sessionSigns: Record<SessionStatus, Sign> = {
  pending: { word: 'PENDING', glyph: 'frame', tone: 'quiet', meaning: 'Created; nobody has started it.' },
  queued: { word: 'QUEUED', glyph: 'clock', tone: 'quiet', meaning: 'Waiting for a free place to run.' },
  running: { word: 'RUNNING', glyph: 'disc', tone: 'live', meaning: 'Agents are at work.', inverse: true },
  paused: { word: 'PAUSED', glyph: 'bars', tone: 'caution', meaning: 'Held; its clock stands still.' },
  degraded: {
    word: 'DEGRADED',
    glyph: 'half',
    tone: 'caution',
    meaning: 'Running with reduced capacity; the cause is named.',
    inverse: true,
  },
  completed: { word: 'COMPLETED', glyph: 'check', tone: 'done', meaning: 'Every required task completed.' },
  partially_completed: {
    word: 'PARTIALLY COMPLETED',
    glyph: 'half',
    tone: 'caution',
    meaning: 'Some tasks completed; a required one failed or was skipped.',
  },
  failed: {
    word: 'FAILED',
    glyph: 'cross',
    tone: 'broken',
    meaning: 'No task completed, or the workspace or the planning failed.',
  },
  timeout: { word: 'TIMEOUT', glyph: 'clock', tone: 'broken', meaning: 'Its time limit passed before it was done.' },
  stopped: { word: 'STOPPED', glyph: 'square', tone: 'quiet', meaning: 'A person stopped it.' },
  cancelled: { word: 'CANCELLED', glyph: 'dash', tone: 'quiet', meaning: 'A person cancelled it before it ended.' },
  orphaned: {
    word: 'ORPHANED',
    glyph: 'question',
    tone: 'broken',
    meaning: 'Its owner is gone and the truth cannot be established.',
  },
};

export const attentionSigns: Record<Attention, Sign> = {
  none: { word: 'CLEAR', glyph: 'ring', tone: 'quiet', meaning: 'It waits for nobody.' },
  permission: {
    word: 'PERMISSION',
    glyph: 'bell',
    tone: 'waiting',
    meaning: 'An agent asks to run something.',
    inverse: true,
  },
  question: {
    word: 'QUESTION',
    glyph: 'question',
    tone: 'waiting',
    meaning: 'An agent asks a question.',
    inverse: true,
  },
  approval: { word: 'APPROVAL', glyph: 'bell', tone: 'waiting', meaning: 'A person must accept.', inverse: true },
  conflict: {
    word: 'CONFLICT',
    glyph: 'warning',
    tone: 'broken',
    meaning: 'Changes contradict each other and a person must decide.',
    inverse: true,
  },
};

export const taskSigns: Record<TaskStatus, Sign> = {
  pending: { word: 'PENDING', glyph: 'frame', tone: 'quiet', meaning: 'Waits for the tasks before it.' },
  ready: { word: 'READY', glyph: 'ring', tone: 'quiet', meaning: 'Can start; waits for an agent.' },
  assigned: { word: 'ASSIGNED', glyph: 'arrow', tone: 'stream', meaning: 'An agent has it and is about to start.' },
  in_progress: { word: 'IN PROGRESS', glyph: 'disc', tone: 'live', meaning: 'An agent works on it.', inverse: true },
  blocked: {
    word: 'BLOCKED',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'Something it needs is missing; see the reason.',
  },
  paused: { word: 'PAUSED', glyph: 'bars', tone: 'caution', meaning: 'Held by a person.' },
  completed: { word: 'COMPLETED', glyph: 'check', tone: 'done', meaning: 'Done and merged into the session branch.' },
  failed: { word: 'FAILED', glyph: 'cross', tone: 'broken', meaning: 'Its attempts are used up.' },
  cancelled: { word: 'CANCELLED', glyph: 'dash', tone: 'quiet', meaning: 'Taken out by a person.' },
  skipped: {
    word: 'SKIPPED',
    glyph: 'skip',
    tone: 'quiet',
    meaning: 'Left out because a task it needs did not complete.',
  },
};

export const attemptSigns: Record<AttemptStatus, Sign> = {
  starting: {
    word: 'STARTING',
    glyph: 'ring',
    tone: 'stream',
    meaning: 'The worktree and the remote session are made.',
  },
  running: { word: 'RUNNING', glyph: 'disc', tone: 'live', meaning: 'The agent works.', inverse: true },
  waiting: { word: 'WAITING', glyph: 'bell', tone: 'waiting', meaning: 'The agent waits for a person.', inverse: true },
  verifying: { word: 'VERIFYING', glyph: 'half', tone: 'stream', meaning: 'The commands that prove it are running.' },
  succeeded: { word: 'SUCCEEDED', glyph: 'check', tone: 'done', meaning: 'Done; its evidence is kept.' },
  failed: { word: 'FAILED', glyph: 'cross', tone: 'broken', meaning: 'Ended without a result; the error says why.' },
  aborted: { word: 'ABORTED', glyph: 'square', tone: 'quiet', meaning: 'Ended by a command.' },
  lost: {
    word: 'LOST',
    glyph: 'question',
    tone: 'caution',
    meaning: 'Its runtime died in the middle; the work is bundled.',
  },
  superseded: {
    word: 'SUPERSEDED',
    glyph: 'skip',
    tone: 'quiet',
    meaning: 'Another owner or a later decision took its place.',
  },
};

export const askSigns: Record<AskStatus, Sign> = {
  open: { word: 'OPEN', glyph: 'bell', tone: 'waiting', meaning: 'Waits for an answer.', inverse: true },
  escalated: {
    word: 'ESCALATED',
    glyph: 'warning',
    tone: 'broken',
    meaning: 'Nobody answered in time; leads were told.',
    inverse: true,
  },
  answered: { word: 'ANSWERED', glyph: 'check', tone: 'done', meaning: 'A person answered.' },
  expired: { word: 'EXPIRED', glyph: 'clock', tone: 'caution', meaning: 'Nobody answered; it counted as rejected.' },
  superseded: { word: 'SUPERSEDED', glyph: 'skip', tone: 'quiet', meaning: 'The attempt that asked is over.' },
};

export const proofSigns: Record<Proof, Sign> = {
  none: { word: 'NO PROOF', glyph: 'ring', tone: 'quiet', meaning: 'Nothing was verified yet.' },
  claimed: { word: 'CLAIMED', glyph: 'half', tone: 'caution', meaning: 'The agent says so; no command proved it.' },
  proven: { word: 'PROVEN', glyph: 'check', tone: 'done', meaning: 'The verification commands passed.' },
  waived: { word: 'WAIVED', glyph: 'skip', tone: 'caution', meaning: 'A person accepted it without proof.' },
  failed: { word: 'DISPROVEN', glyph: 'cross', tone: 'broken', meaning: 'A verification command failed.' },
};

export const conflictSigns: Record<ConflictStatus, Sign> = {
  open: {
    word: 'FOUND',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'An agent that resolves conflicts is to be sent.',
  },
  resolving: {
    word: 'RESOLVING',
    glyph: 'disc',
    tone: 'live',
    meaning: 'Both sides are being put together.',
    inverse: true,
  },
  waiting_for_person: {
    word: 'NEEDS A PERSON',
    glyph: 'bell',
    tone: 'waiting',
    meaning: 'Agents could not resolve it, or none can.',
    inverse: true,
  },
  resolved: { word: 'RESOLVED', glyph: 'check', tone: 'done', meaning: 'Both changes are on the branch.' },
  abandoned: { word: 'ABANDONED', glyph: 'dash', tone: 'quiet', meaning: 'The task or the session ended first.' },
};

export const planSigns: Record<PlanSource['kind'], Sign> = {
  blueprint: { word: 'BLUEPRINT', glyph: 'frame', tone: 'done', meaning: 'A person named the blueprint.' },
  rule: { word: 'RULE', glyph: 'arrow', tone: 'done', meaning: 'A word of title or goal picked the blueprint.' },
  planner: { word: 'PLANNER', glyph: 'diamond', tone: 'done', meaning: 'The planner agent writes the plan.' },
  fallback: {
    word: 'FALLBACK',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'The planner gave no usable plan, so a blueprint took its place.',
  },
};

export const runtimeSigns: Record<RuntimeState, Sign> = {
  starting: { word: 'STARTING', glyph: 'ring', tone: 'stream', meaning: 'OpenCode is coming up.' },
  online: { word: 'ONLINE', glyph: 'check', tone: 'done', meaning: 'OpenCode answers.' },
  degraded: { word: 'DEGRADED', glyph: 'half', tone: 'caution', meaning: 'OpenCode answers slowly or in part.' },
  parked: {
    word: 'PARKED',
    glyph: 'bars',
    tone: 'caution',
    meaning: 'The model refuses work for now; it is tried again later.',
  },
  offline: { word: 'OFFLINE', glyph: 'cross', tone: 'broken', meaning: 'OpenCode does not answer.' },
};

export const instanceSigns: Record<InstancePresence, Sign> = {
  alive: { word: 'ALIVE', glyph: 'check', tone: 'done', meaning: 'It told of itself in the last 15 seconds.' },
  stopping: {
    word: 'STOPPING',
    glyph: 'arrow',
    tone: 'caution',
    meaning: 'It was asked to stop and hands its work over.',
  },
  stopped: { word: 'STOPPED', glyph: 'square', tone: 'quiet', meaning: 'It stopped by itself.' },
  gone: {
    word: 'GONE',
    glyph: 'cross',
    tone: 'broken',
    meaning: 'Not heard of for more than 15 seconds: its process ended, or cannot reach the database.',
  },
};

/** Words of the tones as classes; text on a surface. */
export const toneText: Record<Tone, string> = {
  quiet: 'text-ink-2',
  done: 'text-ink-1',
  live: 'text-live',
  stream: 'text-stream',
  caution: 'text-caution',
  waiting: 'text-waiting',
  broken: 'text-broken',
};

/** The same tones as lit blocks: the text on them is `text-on-signal`. */
export const toneBlock: Record<Tone, string> = {
  quiet: 'bg-ink-3 text-on-signal',
  done: 'bg-ink-1 text-on-signal',
  live: 'bg-live text-on-signal',
  stream: 'bg-stream text-on-signal',
  caution: 'bg-caution text-on-signal',
  waiting: 'bg-waiting text-on-signal',
  broken: 'bg-broken text-on-signal',
};

/** Rules and bars beside a text, without text of their own. */
export const toneRule: Record<Tone, string> = {
  quiet: 'border-line-2',
  done: 'border-line-3',
  live: 'border-live',
  stream: 'border-stream',
  caution: 'border-caution',
  waiting: 'border-waiting',
  broken: 'border-broken-rule',
};

/** Custom properties of the tones for SVG and canvas. */
export const toneColor: Record<Tone, string> = {
  quiet: 'var(--color-ink-3)',
  done: 'var(--color-ink-1)',
  live: 'var(--color-live)',
  stream: 'var(--color-stream)',
  caution: 'var(--color-caution)',
  waiting: 'var(--color-waiting)',
  broken: 'var(--color-broken)',
};
