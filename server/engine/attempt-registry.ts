import { graphOf } from '../application/graph-view.ts';
import type { Store } from '../application/store-port.ts';
import type { Task } from '../domain/task.ts';
import { topologicalOrder } from '../domain/task-graph/order.ts';
import type { GatewayRegistry } from '../infrastructure/gateway/model-call.ts';

/** What the gateway must know of the attempt behind a call, from its row at that moment. */
export function createAttemptRegistry(store: Store): GatewayRegistry {
  return {
    async resolveAttempt(remoteSessionId) {
      const attempt = await store.attempts.byRemoteSession(remoteSessionId);
      const task = attempt && (await store.tasks.get(attempt.teamId, attempt.taskId));
      if (!attempt || !task) return null;
      const { id: attemptId, sessionId, teamId, number, epoch, status, role, runtimeId } = attempt;
      const temperature = await store.agents.temperatureOf(attempt.agentId);
      const call = { attemptId, sessionId, teamId, taskKey: task.key, number, epoch, status, temperature, runtimeId };
      if (role === 'plan') {
        const goal = { title: await planned(store, task), taskKey: task.kind === 'plan' ? null : task.key };
        return { ...call, role, goal };
      }
      const order = await taskOrder(store, sessionId, task.id);
      return { ...call, taskOrder: order, ...(role === 'conflict' ? { role } : {}) };
    },
    runtimeOfToken: (hash) => store.runtimes.byGatewayToken(hash),
  };
}

/** What a planner plans: the whole session, or the task it splits. */
async function planned(store: Store, task: Task): Promise<string> {
  return task.kind === 'plan' ? ((await store.sessions.byId(task.sessionId))?.title ?? task.title) : task.title;
}

/** Place of a task in topological order, from 1: a rehearsal block may name it by that. */
async function taskOrder(store: Store, sessionId: string, taskId: string): Promise<number> {
  const [tasks, edges] = await Promise.all([store.tasks.bySession(sessionId), store.tasks.dependencies(sessionId)]);
  return topologicalOrder(graphOf(tasks, edges)).indexOf(taskId) + 1;
}
