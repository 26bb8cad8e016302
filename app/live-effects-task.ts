import { type Proof, proofs, type Task, type TaskStatus, taskEnded, taskStatuses } from '../server/domain/task.ts';
import type { LiveEdge, LiveEvent, LiveState } from './live.ts';
import { noteUsage } from './live-effects-people.ts';
import { changesOf } from './live-effects-session.ts';

/** What `task.*`, `attempt.*` and proofs do to the rows of the graph. */

type Effect = (state: LiveState, event: LiveEvent) => LiveState;

export function moveTask(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const to = statusOf(payload.to);
  if (to === null) return state;
  return changeTask(state, payload.taskId, (task) => ({
    ...task,
    status: to,
    reason: typeof payload.reason === 'string' ? payload.reason : null,
    readyAt: to === 'ready' ? at : task.readyAt,
    startedAt: to === 'in_progress' ? (task.startedAt ?? at) : task.startedAt,
    endedAt: taskEnded(to) ? at : null,
  }));
}

/** As before its first move: what a task is when it is created. */
export function unbegun(task: Task): Task {
  return {
    ...task,
    ...{ status: 'pending', reason: null, agentId: null, attemptCount: 0, notBefore: null, next: null, waiver: null },
    ...{ proof: 'none', mergedCommit: null, result: null, error: null, readyAt: null, startedAt: null, endedAt: null },
  };
}

/** The task as the plan holds it. One that is on the page already stands; one that nothing is known of waits for the loader. */
export function addTask(state: LiveState, { payload, at }: LiveEvent): LiveState {
  const { plan } = state;
  const known = plan?.tasks.find((task) => task.id === payload.taskId);
  if (plan === undefined || known === undefined || state.tasks.some((task) => task.id === known.id)) return state;
  const tasks = [...state.tasks, { ...unbegun(known), createdAt: at }].sort((a, b) => a.position - b.position);
  const has = new Set(tasks.map((task) => task.id));
  const edges = plan.edges.filter(
    ({ id, from, to }) =>
      (from === known.id || to === known.id) && has.has(from) && has.has(to) && !plan.linked.has(id),
  );
  return { ...state, tasks, edges: [...state.edges, ...edges] };
}

export function updateTask(state: LiveState, { payload }: LiveEvent): LiveState {
  if (payload.removed === true) {
    const tasks = state.tasks.filter((task) => task.id !== payload.taskId);
    const edges = state.edges.filter((edge) => edge.from !== payload.taskId && edge.to !== payload.taskId);
    return tasks.length === state.tasks.length ? state : { ...state, tasks, edges };
  }
  if (typeof payload.dependency === 'object' && payload.dependency !== null) return link(state, payload);
  // A reason alone says what it waits for now; a change names its fields.
  if ('reason' in payload && !('changes' in payload)) {
    const reason = typeof payload.reason === 'string' ? payload.reason : null;
    return changeTask(state, payload.taskId, (task) => ({ ...task, reason }));
  }
  const changes = changesOf(payload).filter(([key]) => key === 'title' || key === 'key' || key === 'priority');
  if (changes.length === 0) return state;
  const patch = Object.fromEntries(changes.map(([key, { to }]) => [key, to])) as Partial<Task>;
  return changeTask(state, payload.taskId, (task) => ({ ...task, ...patch }));
}

function link(state: LiveState, payload: LiveEvent['payload']): LiveState {
  const { added, removed } = payload.dependency as { added?: { id?: unknown }; removed?: { id?: unknown } };
  if (removed !== undefined) {
    const edges = state.edges.filter((edge) => edge.id !== removed.id);
    return edges.length === state.edges.length ? state : { ...state, edges };
  }
  const edge: LiveEdge | undefined = state.plan?.edges.find((one) => one.id === added?.id);
  if (edge === undefined || state.edges.some((one) => one.id === edge.id)) return state;
  return { ...state, edges: [...state.edges, edge] };
}

export function restoreTask(state: LiveState, { payload }: LiveEvent): LiveState {
  const to = statusOf(payload.to ?? payload.status);
  if (to === null) return state;
  const reason = typeof payload.reason === 'string' ? payload.reason : null;
  return changeTask(state, payload.taskId, (task) =>
    taskEnded(to) || to === 'blocked'
      ? { ...task, status: to, reason, error: null }
      : { ...unbegun(task), status: to, attemptCount: task.attemptCount, result: task.result },
  );
}

export function beginAttempt(state: LiveState, { payload }: LiveEvent): LiveState {
  const { agentId, number } = payload;
  return changeTask(state, payload.taskId, (task) => ({
    ...task,
    agentId: typeof agentId === 'string' ? agentId : task.agentId,
    attemptCount: Math.max(task.attemptCount, typeof number === 'number' ? number : 0),
    notBefore: null,
  }));
}

export function endAttempt(state: LiveState, event: LiveEvent): LiveState {
  const { payload } = event;
  const told = noteUsage(state, event);
  const proof = proofs.find((one) => one === payload.proof);
  if (proof === undefined) return told;
  return changeTask(told, payload.taskId, (task) => ({ ...task, proof, error: null, next: null }));
}

export function noteMerge(state: LiveState, { payload: { taskId, commit } }: LiveEvent): LiveState {
  if (typeof commit !== 'string') return state;
  if (taskId === null) return { ...state, session: { ...state.session, headCommit: commit } };
  return changeTask(state, taskId, (task) => ({ ...task, mergedCommit: commit }));
}

export function prove(proof: Proof): Effect {
  return (state, { payload }) => changeTask(state, payload.taskId, (task) => ({ ...task, proof }));
}

/** A claim is waived at once; failed work only when it has landed, which its own events tell. */
export function noteWaiver(state: LiveState, { payload }: LiveEvent): LiveState {
  return changeTask(state, payload.taskId, (task) =>
    task.status === 'completed' ? { ...task, proof: 'waived' } : task,
  );
}

function changeTask(state: LiveState, id: unknown, change: (task: Task) => Task): LiveState {
  if (!state.tasks.some((task) => task.id === id)) return state;
  return { ...state, tasks: state.tasks.map((task) => (task.id === id ? change(task) : task)) };
}

const statusOf = (said: unknown): TaskStatus | null => taskStatuses.find((status) => status === said) ?? null;
