import type { Actor } from '../../../server/domain/actor.ts';
import { leavesOf } from '../../../server/domain/context-leaves.ts';
import type { Task } from '../../../server/domain/task.ts';
import type { Services } from '../../../server/services.ts';
import type { Inspection } from '../../components/task-inspector.tsx';
import type { LiveEvent } from '../../live.ts';
import { detailOf } from '../../live-attempt.ts';

/** More of a context is read on its own page. */
const shownLeaves = 12;

/** The event the address names; `missing` when the session has none of that number. */
export async function inspectedEvent(
  { timeline }: Services,
  actor: Actor,
  sessionId: string,
  seq: number | null,
): Promise<LiveEvent | 'missing' | null> {
  if (seq === null) return null;
  const { items } = await timeline.ofSession(actor, sessionId, { after: seq - 1, limit: 1 });
  const [found] = items;
  if (found?.seq !== seq) return 'missing';
  const { teamId: _, ...event } = found;
  return event;
}

/** What the inspector shows beside the live row: attempts as they were sent, decisions, whom else it could go to. */
export async function inspect(
  services: Services,
  actor: Actor,
  taskId: string,
  tasks: readonly Task[],
): Promise<Inspection> {
  // A task that was taken off meanwhile: the page says so instead of being none.
  if (!tasks.some((task) => task.id === taskId))
    return { taskId, attempts: [], decisions: [], agents: [], knowledge: [] };
  const [attempts, decisions, agents, contexts] = await Promise.all([
    services.tasks.attempts(actor, taskId),
    services.tasks.routing(actor, taskId),
    services.agents.list(actor),
    services.contexts.ofSession(actor, tasks[0]?.sessionId ?? ''),
  ]);
  return {
    taskId,
    attempts: attempts.map(detailOf),
    decisions: decisions.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
    agents: agents.map(({ id, name, type }) => ({ id, name, type })),
    knowledge: contexts.map(({ id, name, scope, version, data, updatedAt }) => {
      const leaves = [...leavesOf(data)];
      return { id, name, scope, version, updatedAt, total: leaves.length, leaves: leaves.slice(0, shownLeaves) };
    }),
  };
}
