import type { Actor } from '../../../server/domain/actor.ts';
import type { Task } from '../../../server/domain/task.ts';
import type { Services } from '../../../server/services.ts';
import type { Inspection } from '../../components/task-inspector.tsx';
import { detailOf } from '../../live-attempt.ts';

// On these tabs `?task=` opens the inspector; on the others it chooses what is listed.
const inspected = /^\/sessions\/[^/]+(\/graph|\/tasks)?\/?$/;

/** The task the address asks to look at, or null. */
export function inspectedTask(url: URL): string | null {
  const id = url.searchParams.get('task');
  return id !== null && id !== '' && inspected.test(url.pathname) ? id : null;
}

/** What the inspector shows beside the live row: attempts as they were sent, decisions, whom else it could go to. */
export async function inspect(
  services: Services,
  actor: Actor,
  taskId: string,
  tasks: readonly Task[],
): Promise<Inspection> {
  // A task that was taken off meanwhile: the page says so instead of being none.
  if (!tasks.some((task) => task.id === taskId)) return { taskId, attempts: [], decisions: [], agents: [] };
  const [attempts, decisions, agents] = await Promise.all([
    services.tasks.attempts(actor, taskId),
    services.tasks.routing(actor, taskId),
    services.agents.list(actor),
  ]);
  return {
    taskId,
    attempts: attempts.map(detailOf),
    decisions: decisions.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
    agents: agents.map(({ id, name, type }) => ({ id, name, type })),
  };
}
