import { type Actor, authorize } from '../domain/actor.ts';
import type { Attempt } from '../domain/attempt.ts';
import { DomainError } from '../domain/errors.ts';
import type { Task } from '../domain/task.ts';
import type { Deps } from './deps.ts';
import { type GraphView, graphView, taskViews } from './graph-view.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';
import type { RoutingDecision } from './work-port.ts';

/** The tasks of a session, their graph, attempts and routing decisions: reading only. */
export function createTasks(deps: Deps) {
  const { store } = deps;

  async function find(actor: Actor, taskId: string): Promise<Task> {
    authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
    const task = await store.tasks.get(teamOf(actor), taskId);
    if (!task) throw new DomainError('NOT_FOUND', 'There is no such task.');
    return task;
  }

  return {
    async list(actor: Actor, ref: string): Promise<Task[]> {
      const session = await findSession(deps, actor, ref, 'read');
      const [tasks, edges] = await Promise.all([
        store.tasks.bySession(session.id),
        store.tasks.dependencies(session.id),
      ]);
      return taskViews(tasks, edges, deps.clock());
    },

    async graph(actor: Actor, ref: string): Promise<GraphView> {
      const session = await findSession(deps, actor, ref, 'read');
      const [tasks, edges] = await Promise.all([
        store.tasks.bySession(session.id),
        store.tasks.dependencies(session.id),
      ]);
      return graphView(tasks, edges, { parallelism: session.parallelism, now: deps.clock() });
    },

    async get(actor: Actor, taskId: string): Promise<Task> {
      const task = await find(actor, taskId);
      // The planner's own run is no node of the graph.
      if (task.kind === 'plan') return task;
      const [tasks, edges] = await Promise.all([
        store.tasks.bySession(task.sessionId),
        store.tasks.dependencies(task.sessionId),
      ]);
      const view = taskViews(tasks, edges, deps.clock()).find((one) => one.id === task.id);
      if (!view) throw new DomainError('NOT_FOUND', 'There is no such task.');
      return view;
    },

    async attempts(actor: Actor, taskId: string): Promise<Attempt[]> {
      return store.attempts.byTask((await find(actor, taskId)).id);
    },

    async attemptsOf(actor: Actor, ref: string): Promise<Attempt[]> {
      return store.attempts.bySession((await findSession(deps, actor, ref, 'read')).id);
    },

    async routing(actor: Actor, taskId: string): Promise<RoutingDecision[]> {
      return store.routing.byTask((await find(actor, taskId)).id);
    },
  };
}
