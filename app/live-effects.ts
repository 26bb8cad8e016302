import type { EventType } from '../server/domain/events.ts';
import {
  type Attention,
  attentions,
  isTerminal,
  type PendingCommand,
  type SessionStatus,
  sessionCommands,
  sessionStatuses,
} from '../server/domain/session.ts';
import { deadlineAfterPause, health } from '../server/domain/session-life.ts';
import { type Proof, type Task, type TaskStatus, taskEnded, taskStatuses } from '../server/domain/task.ts';
import type { LiveEvent, LiveState } from './live.ts';

/**
 * What an event does to the page's data. `told`: nothing beyond its row in the timeline. `reload`: its payload is too
 * small to say; the loader is asked. A function: applied at once, and the loader is asked to confirm.
 */
type Effect = 'told' | 'reload' | ((state: LiveState, event: LiveEvent) => LiveState);

/** Every event type has its line, so a new one cannot be forgotten: the compiler asks for it. */
export const effects: Record<EventType, Effect> = {
  'session.created': 'reload',
  'session.updated': notePending,
  'session.status_changed': moveSession,
  'session.attention_changed': setAttention,
  'session.retried': 'reload',
  'session.deleted': 'reload',
  'session.undeleted': 'reload',
  'session.completed': noteProof,
  'session.failed': 'reload',
  'session.force_completed': 'reload',
  'plan.proposed': 'reload',
  'plan.accepted': 'reload',
  'plan.rejected': 'reload',
  'task.created': 'reload',
  'task.updated': 'reload',
  'task.status_changed': moveTask,
  'task.routed': 'reload',
  'task.decomposed': 'reload',
  'task.restored': 'reload',
  'attempt.started': 'reload',
  'attempt.output': 'told',
  'attempt.tool_called': 'told',
  'attempt.file_changed': 'told',
  'attempt.usage_reported': 'reload',
  'attempt.ended': 'reload',
  'checkpoint.created': 'reload',
  'checkpoint.restored': 'reload',
  'verification.passed': prove('proven'),
  'verification.failed': prove('failed'),
  'evidence.waived': prove('waived'),
  'merge.completed': 'reload',
  'conflict.detected': 'reload',
  'conflict.resolved': 'reload',
  'comment.created': 'told',
  'ask.opened': 'reload',
  'ask.answered': closeAsk,
  'ask.escalated': 'reload',
  'ask.expired': closeAsk,
  'ask.superseded': closeAsk,
  'prompt.injected': 'told',
  'approval.requested': 'told',
  'approval.decided': 'told',
  'approval.expired': 'told',
  'agent.registered': 'told',
  'agent.updated': 'told',
  'agent.state_changed': 'told',
  'agent.tier_changed': 'told',
  'runtime.state_changed': 'told',
  'context.changed': 'reload',
  'budget.reserved': 'told',
  'budget.exhausted': 'reload',
  'recovery.taken_over': 'reload',
};

function moveSession(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const to = sessionStatuses.find((status): status is SessionStatus => status === payload.to);
  const before = state.session;
  if (to === undefined || to === before.status) return state;
  const leavesPause = before.status === 'paused' && before.pausedAt !== null;
  const moved = {
    ...before,
    status: to,
    statusSince: at,
    pendingCommand: null,
    cause: to === 'degraded' && typeof payload.reason === 'string' ? payload.reason : null,
    queuedAt: to === 'queued' ? at : before.queuedAt,
    startedAt: to === 'running' ? (before.startedAt ?? at) : before.startedAt,
    endedAt: isTerminal(to) ? at : null,
    pausedAt: to === 'paused' ? at : null,
    pausedSeconds: leavesPause ? before.pausedSeconds + secondsFrom(before.pausedAt, at) : before.pausedSeconds,
    deadlineAt:
      leavesPause && before.deadlineAt !== null
        ? deadlineAfterPause(before.deadlineAt, before.pausedAt ?? at, at)
        : before.deadlineAt,
  };
  return { ...state, session: { ...moved, health: health(moved, at) } };
}

/** Told with the end itself: the page must not say for a moment that nothing proves it. */
function noteProof(state: LiveState, { payload: { proof } }: LiveEvent): LiveState {
  if (proof !== 'proven' && proof !== 'unverified') return state;
  return { ...state, session: { ...state.session, proof } };
}

function notePending(state: LiveState, { payload }: LiveEvent): LiveState {
  const ordered = sessionCommands.find((one): one is PendingCommand => one === payload.pendingCommand);
  return ordered === undefined ? state : { ...state, session: { ...state.session, pendingCommand: ordered } };
}

function setAttention(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const said = payload.kind ?? payload.to;
  const kind = attentions.find((one): one is Attention => one === said);
  if (kind === undefined || kind === state.session.attention.kind) return state;
  return { ...state, session: { ...state.session, attention: { kind, since: kind === 'none' ? null : at } } };
}

function moveTask(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const to = taskStatuses.find((status): status is TaskStatus => status === payload.to);
  if (to === undefined) return state;
  return changeTask(state, payload.taskId, (task) => ({
    ...task,
    status: to,
    reason: typeof payload.reason === 'string' ? payload.reason : null,
    readyAt: to === 'ready' ? at : task.readyAt,
    startedAt: to === 'in_progress' ? (task.startedAt ?? at) : task.startedAt,
    endedAt: taskEnded(to) ? at : null,
  }));
}

function prove(proof: Proof): Effect {
  return (state, { payload }) => changeTask(state, payload.taskId, (task) => ({ ...task, proof }));
}

function closeAsk(state: LiveState, { payload }: LiveEvent): LiveState {
  return { ...state, asks: state.asks.filter((ask) => ask.id !== payload.askId) };
}

function changeTask(state: LiveState, id: unknown, change: (task: Task) => Task): LiveState {
  const tasks = state.tasks.map((task) => (task.id === id ? change(task) : task));
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  const completed = tasks.filter((task) => !groups.has(task.id) && task.status === 'completed').length;
  // The total is the loader's: which leaves count is a rule of the graph, not of the page.
  return { ...state, tasks, session: { ...state.session, progress: { ...state.session.progress, completed } } };
}

function secondsFrom(from: Date | null, to: Date): number {
  return from === null ? 0 : Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
