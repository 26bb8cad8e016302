import {
  type Attention,
  attentions,
  isTerminal,
  type PendingCommand,
  type SessionError,
  type SessionStatus,
  sessionCommands,
  sessionStatuses,
} from '../server/domain/session.ts';
import { deadlineAfterPause, health } from '../server/domain/session-life.ts';
import type { LiveEvent, LiveSession, LiveState } from './live.ts';

/** What `session.*`, `plan.*` and `checkpoint.*` events do to the session's row. */

const withSession = (state: LiveState, patch: Partial<LiveSession>): LiveState => ({
  ...state,
  session: { ...state.session, ...patch },
});

export function moveSession(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const to = sessionStatuses.find((status): status is SessionStatus => status === payload.to);
  const before = state.session;
  if (to === undefined || to === before.status) return state;
  // Resumed is queued first: the clock stands still until it runs again.
  const leavesPause = before.pausedAt !== null && to !== 'queued';
  const moved = {
    ...before,
    ...(to === 'pending' ? begunAnew : {}),
    ...(isTerminal(to) ? outcomeOf(payload) : {}),
    status: to,
    statusSince: at,
    pendingCommand: null,
    cause: to === 'degraded' && typeof payload.reason === 'string' ? payload.reason : null,
    queuedAt: to === 'queued' ? at : before.queuedAt,
    startedAt: to === 'running' ? (before.startedAt ?? at) : to === 'pending' ? null : before.startedAt,
    endedAt: isTerminal(to) ? at : null,
    pausedAt: to === 'paused' ? at : to === 'queued' ? before.pausedAt : null,
    pausedSeconds: pausedSecondsOf(before, to, at, leavesPause),
    deadlineAt: deadlineOf(before, to, at, leavesPause),
  };
  return { ...state, session: { ...moved, health: health(moved, at) } };
}

/** What a retry takes away. */
const begunAnew = { error: null, result: null, proof: null, recoveries: 0 } as const;

function pausedSecondsOf(before: LiveSession, to: SessionStatus, at: Date, leavesPause: boolean): number {
  if (to === 'pending') return 0;
  // Held before it ever ran is waiting, not a pause of the run.
  return leavesPause && before.startedAt !== null
    ? before.pausedSeconds + secondsFrom(before.pausedAt, at)
    : before.pausedSeconds;
}

function deadlineOf(before: LiveSession, to: SessionStatus, at: Date, leavesPause: boolean): Date | null {
  if (to === 'pending') return null;
  if (to === 'running' && before.deadlineAt === null) return new Date(at.getTime() + before.maxDurationSeconds * 1000);
  if (!leavesPause || before.deadlineAt === null) return before.deadlineAt;
  return deadlineAfterPause(before.deadlineAt, before.pausedAt ?? at, at);
}

/** Proof and error as the end itself tells them. */
function outcomeOf({ proof, error }: LiveEvent['payload']): Partial<LiveSession> {
  return {
    ...(proof === 'proven' || proof === 'unverified' ? { proof } : {}),
    ...(isError(error) ? { error } : {}),
  };
}

function isError(value: unknown): value is SessionError {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

/** Told with the end itself: the page must not say for a moment that nothing proves it. */
export function noteProof(state: LiveState, { payload: { proof } }: LiveEvent): LiveState {
  return proof === 'proven' || proof === 'unverified' ? withSession(state, { proof }) : state;
}

export function noteError(state: LiveState, { payload }: LiveEvent): LiveState {
  return withSession(state, outcomeOf({ error: payload.error }));
}

export function forceSession(state: LiveState): LiveState {
  return withSession(state, { forced: true });
}

// What a person may change of a session, and the page shows.
const editable = ['title', 'description', 'priority', 'parallelism', 'maxDurationSeconds', 'budget', 'tags'] as const;

export function noteUpdate(state: LiveState, { payload }: LiveEvent): LiveState {
  const ordered = sessionCommands.find((one): one is PendingCommand => one === payload.pendingCommand);
  if (ordered !== undefined) return withSession(state, { pendingCommand: ordered });
  const patch = Object.fromEntries(
    changesOf(payload).flatMap(([key, { to }]) => (editable.some((one) => one === key) ? [[key, to]] : [])),
  ) as Partial<LiveSession>;
  if (Object.keys(patch).length === 0) return state;
  const { deadlineAt, maxDurationSeconds } = state.session;
  const longer = (patch.maxDurationSeconds ?? maxDurationSeconds) - maxDurationSeconds;
  return withSession(state, {
    ...patch,
    ...(deadlineAt === null || longer === 0 ? {} : { deadlineAt: new Date(deadlineAt.getTime() + longer * 1000) }),
  });
}

/** The fields a change names, each with what it was and what it became. */
export function changesOf(payload: LiveEvent['payload']): [string, { from: unknown; to: unknown }][] {
  const { changes } = payload;
  if (typeof changes !== 'object' || changes === null) return [];
  return Object.entries(changes).filter(
    (one): one is [string, { from: unknown; to: unknown }] =>
      typeof one[1] === 'object' && one[1] !== null && 'to' in one[1],
  );
}

export function setAttention(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const said = payload.kind ?? payload.to;
  const kind = attentions.find((one): one is Attention => one === said);
  if (kind === undefined || kind === state.session.attention.kind) return state;
  return withSession(state, { attention: { kind, since: kind === 'none' ? null : at } });
}

export function noteRetry(state: LiveState, { payload: { retryCount } }: LiveEvent): LiveState {
  return typeof retryCount === 'number' ? withSession(state, { retryCount }) : state;
}

export function noteDeleted(state: LiveState, { type, at }: LiveEvent): LiveState {
  return withSession(state, { deletedAt: type === 'session.deleted' ? at : null });
}

export function notePlan(state: LiveState, { type, at }: LiveEvent): LiveState {
  const { plannedAt, planApprovedAt } = state.session;
  return withSession(
    state,
    type === 'plan.proposed' ? { plannedAt: plannedAt ?? at } : { planApprovedAt: planApprovedAt ?? at },
  );
}

export function noteCheckpoint(state: LiveState, { payload: { sequence, commit } }: LiveEvent): LiveState {
  if (typeof sequence !== 'number') return state;
  const { lastCheckpointSequence, headCommit } = state.session;
  return withSession(state, {
    lastCheckpointSequence: Math.max(lastCheckpointSequence, sequence),
    headCommit: typeof commit === 'string' ? commit : headCommit,
  });
}

export function restoreSession(state: LiveState, { payload: { commit } }: LiveEvent): LiveState {
  return withSession(state, { proof: null, ...(typeof commit === 'string' ? { headCommit: commit } : {}) });
}

function secondsFrom(from: Date | null, to: Date): number {
  return from === null ? 0 : Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
