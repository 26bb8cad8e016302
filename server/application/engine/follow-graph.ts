import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import { type Task, taskEnded } from '../../domain/task.ts';
import { type Consequence, consequencesOfFailure } from '../../domain/task-graph/failure.ts';
import { groupMoves } from '../../domain/task-graph/progress.ts';
import { mayComplete, readySet } from '../../domain/task-graph/ready.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Fence } from '../coordination-port.ts';
import type { Deps } from '../deps.ts';
import { graphOf } from '../graph-view.ts';
import { closeAttempt } from '../sessions/endings.ts';
import type { Tx } from '../store-port.ts';
import type { StoredEdge } from '../work-port.ts';
import { abandonConflicts } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { completeMerged, landedAlready } from './land.ts';
import { inRepository } from './lane.ts';
import { walk } from './settle.ts';

interface Moves {
  consequences: Consequence[];
  held: Task[];
  ready: string[];
  groups: ReturnType<typeof groupMoves>;
}

/**
 * Consequences of failures, held-back completions, groups and the ready set, in one transaction when there are any.
 * Answers the tasks as they stood when nothing was left to move.
 */
export async function followGraph(deps: Deps, session: Session): Promise<Task[]> {
  const { store, clock } = deps;
  for (;;) {
    const edges = await store.tasks.dependencies(session.id);
    const tasks = await store.tasks.bySession(session.id);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    const graph = graphOf(tasks, edges);
    const now = clock();
    const failed = tasks.filter(
      (task) => task.status === 'failed' || task.status === 'cancelled' || task.status === 'skipped',
    );
    const moves: Moves = {
      consequences: failed.flatMap((task) => consequencesOfFailure(graph, task.id, session.dependencyPolicy)),
      held: tasks.filter(
        (task) =>
          task.status === 'blocked' && task.reason === 'waiting_to_complete' && mayComplete(graph, task.id, now),
      ),
      ready: readySet(graph, now).filter(
        (id) => byId.get(id)?.status === 'pending' || byId.get(id)?.status === 'blocked',
      ),
      groups: groupMoves(graph),
    };
    if (Object.values(moves).every((list) => list.length === 0)) {
      await dropConflicts(deps, session, tasks);
      return tasks;
    }
    const apply = (fence?: Fence) =>
      store.transaction(async (tx) => {
        await tx.sessions.lock(session.id);
        // A person may have retried or linked a task meanwhile: then all of it is judged anew.
        if (!(await stillAs(tx, session, byId, edges))) return;
        await applyMoves(tx, session, byId, moves, now, fence);
      });
    const doomed = new Set(moves.consequences.map(({ taskId }) => taskId));
    await unlessLanded(deps, session, doomed, apply);
  }
}

/**
 * Closes attempts of tasks that lost a prerequisite only when their work is not on the branch yet: in the repository's
 * lane, so that none lands between the look and the end. What has landed is completed instead, and the graph looked at anew.
 */
async function unlessLanded(
  deps: Deps,
  session: Session,
  doomed: ReadonlySet<string>,
  apply: (fence?: Fence) => Promise<void>,
): Promise<void> {
  const openOf = async (): Promise<Attempt[]> =>
    (await deps.store.attempts.bySession(session.id)).filter(
      (attempt) => doomed.has(attempt.taskId) && !attemptEnded(attempt.status),
    );
  if (doomed.size === 0 || (await openOf()).length === 0) return apply();
  await inRepository(deps, session, async (lane) => {
    let landed = false;
    for (const attempt of await openOf())
      if (await landedAlready(deps, () => completeMerged(deps, session, attempt, lane), attempt)) landed = true;
    if (!landed) await apply(lane);
  });
}

/** Whether the graph stands as it was read. */
async function stillAs(
  tx: Tx,
  { id }: Session,
  byId: ReadonlyMap<string, Task>,
  edges: readonly StoredEdge[],
): Promise<boolean> {
  const tasks = await tx.tasks.bySession(id);
  const known = new Set(edges.map((edge) => edge.id));
  const now = await tx.tasks.dependencies(id);
  return (
    tasks.length === byId.size &&
    tasks.every((task) => byId.get(task.id)?.version === task.version) &&
    now.length === known.size &&
    now.every((edge) => known.has(edge.id))
  );
}

/** Call under the session's lock. */
async function applyMoves(
  tx: Tx,
  session: Session,
  byId: ReadonlyMap<string, Task>,
  { consequences, held, ready, groups }: Moves,
  now: Date,
  fence?: Fence,
): Promise<void> {
  const actor = engineActor(session.teamId);
  const moved = new Set<string>();
  for (const consequence of consequences) {
    const task = byId.get(consequence.taskId);
    if (!task || moved.has(task.id)) continue;
    moved.add(task.id);
    for (const attempt of await tx.attempts.byTask(task.id)) {
      if (!attemptEnded(attempt.status))
        await closeAttempt(tx, attempt, { attempts: 'superseded', reason: consequence.reason, actor, now, fence });
    }
    await walk(tx, task, consequence.to, {
      reason: consequence.reason,
      epoch: session.epoch,
      ...(consequence.to === 'skipped' ? { patch: { endedAt: now } } : {}),
    });
  }
  for (const task of held.filter((one) => !moved.has(one.id)))
    await walk(tx, task, 'completed', { reason: null, epoch: session.epoch, patch: { endedAt: now } });
  for (const id of ready) {
    const task = byId.get(id);
    if (task && !moved.has(id))
      await tx.tasks.move({
        taskId: id,
        sessionId: session.id,
        from: [task.status],
        to: 'ready',
        reason: null,
        actor,
        epoch: session.epoch,
        patch: { readyAt: now },
      });
  }
  if (consequences.length > 0) await refreshAttention(tx, session.id, actor);
  for (const group of groups) {
    const task = byId.get(group.taskId);
    if (task)
      await walk(tx, task, group.to, {
        reason: null,
        epoch: session.epoch,
        patch: taskEnded(group.to) ? { endedAt: now } : { startedAt: task.startedAt ?? now },
      });
  }
}

/** A task that was cancelled or skipped takes its conflict with it. */
async function dropConflicts(deps: Deps, session: Session, tasks: readonly Task[]): Promise<void> {
  const dropped = tasks.filter((task) => taskEnded(task.status) && task.next?.role === 'conflict');
  if (dropped.length === 0) return;
  await deps.store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    if (locked.epoch !== session.epoch) return;
    await abandonConflicts(tx, session.id);
    for (const task of dropped) await tx.tasks.edit(task.id, { next: null }, { status: [task.status] });
    await refreshAttention(tx, session.id, engineActor(session.teamId));
  });
}
