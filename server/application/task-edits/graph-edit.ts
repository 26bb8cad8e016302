import { type Actor, authorize, type Permission } from '../../domain/actor.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { EventPayload } from '../../domain/events.ts';
import { isActive, type Session } from '../../domain/session.ts';
import { endedSentence } from '../../domain/session-life.ts';
import type { Task } from '../../domain/task.ts';
import type { TaskGraph } from '../../domain/task-graph/graph.ts';
import type { Deps } from '../deps.ts';
import { graphOf } from '../graph-view.ts';
import { personOf } from '../sessions/find.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import type { StoredEdge } from '../work-port.ts';

/** A session's graph under its lock: what an edit judges and changes. */
export interface OpenGraph {
  readonly tx: Tx;
  readonly session: Session;
  readonly tasks: readonly Task[];
  readonly edges: readonly StoredEdge[];
  readonly graph: TaskGraph;
  /** The task that is edited, as it is now. */
  readonly task: Task;
}

/** The task an actor names and its session; permission before existence. The planner's own task is nobody's to edit. */
export async function findTask(
  deps: Deps,
  actor: Actor,
  taskId: string,
  permission: Permission,
): Promise<{ task: Task; session: Session }> {
  const teamId = teamOf(actor);
  authorize(actor, permission, { teamId, createdBy: personOf(actor), resource: 'sessions' });
  const task = await deps.store.tasks.get(teamId, taskId);
  const session = task?.kind === 'work' ? await deps.store.sessions.get(teamId, task.sessionId) : null;
  if (!task || !session) throw new DomainError('NOT_FOUND', 'There is no such task.');
  authorize(actor, permission, { teamId, createdBy: session.createdBy, resource: 'sessions' });
  return { task, session };
}

/** Why the graph of a session takes no edits now, thrown as INVALID_TRANSITION. */
export function assertEditable(session: Session): void {
  if (!isActive(session.status)) throw cannot(session.status, 'edited', endedSentence(session.status));
  if (session.plannedAt === null)
    throw cannot(session.status, 'edited', 'The session has no plan yet; its tasks can be edited when it has one.');
}

/** The refusal of an edit whose time is not now. */
export function cannot(from: string, to: string, message: string, allowed: readonly string[] = []): DomainError {
  return new DomainError('INVALID_TRANSITION', message, { details: { from, to, allowed } });
}

/**
 * Edits a graph: the session's row is locked, what is judged is read under the lock, and the scheduler looks again at once
 * afterwards. Every edit is audited with the task it began at.
 */
export async function editGraph(
  deps: Deps,
  actor: Actor,
  found: { task: Task; session: Session },
  action: string,
  edit: (open: OpenGraph) => Promise<{ event?: EventPayload; after?: unknown; reason?: string | undefined }>,
): Promise<Task> {
  const { session: seen, task: named } = found;
  await deps.store.transaction(async (tx) => {
    const session = await tx.sessions.lock(seen.id);
    const tasks = await tx.tasks.bySession(session.id);
    const edges = await tx.tasks.dependencies(session.id);
    const task = tasks.find(({ id }) => id === named.id);
    if (!task) throw new DomainError('NOT_FOUND', 'There is no such task.');
    const { event, after, reason } = await edit({ tx, session, tasks, edges, graph: graphOf(tasks, edges), task });
    if (event)
      await tx.events.append(session.id, [
        { type: 'task.updated', actor, payload: { taskId: task.id, key: task.key, ...event } },
      ]);
    await tx.audit.append({
      teamId: session.teamId,
      actor,
      action: `task.${action}`,
      subject: { kind: 'task', id: task.id },
      before: { status: task.status, key: task.key, sessionId: session.id },
      after: after ?? event,
      ...(reason === undefined ? {} : { reason }),
    });
  });
  deps.nudge();
  return (await deps.store.tasks.get(seen.teamId, named.id)) ?? named;
}

/** INVALID on `description` for a rehearsal block in it that would not be understood; it is read out of the prompt. */
export function refuseScript(deps: Deps, description: string): void {
  const issues = deps.checkRehearsal(description);
  if (issues.length > 0) throw invalid(issues.map((issue) => ({ ...issue, path: 'description' })));
}

/** The tasks under a task that are run, or the task itself. */
export function leavesUnder(tasks: readonly Task[], id: string): Task[] {
  const children = tasks.filter(({ parentTaskId }) => parentTaskId === id);
  if (children.length === 0) return tasks.filter((task) => task.id === id);
  return children.flatMap((child) => leavesUnder(tasks, child.id));
}
