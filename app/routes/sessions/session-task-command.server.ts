import type { Actor } from '../../../server/domain/actor.ts';
import type { Services } from '../../../server/services.ts';
import type { TaskIntent } from '../../components/task-intents.ts';

/** One order about a task: one service call. */
export async function giveTaskOrder(
  { taskEdits }: Services,
  actor: Actor,
  intent: TaskIntent,
  said: (name: string) => string | undefined,
): Promise<void> {
  const taskId = said('taskId') ?? '';
  switch (intent) {
    case 'task_cancel':
      await taskEdits.cancel(actor, taskId, { reason: said('reason') });
      return;
    case 'task_retry':
      await taskEdits.retry(actor, taskId);
      return;
    case 'task_assign':
      await taskEdits.assign(actor, taskId, { agent: said('agent') ?? '' });
      return;
    case 'task_split':
      await taskEdits.decompose(actor, taskId, {});
      return;
    case 'task_waive':
      await taskEdits.waive(actor, taskId, { reason: said('reason') ?? '' });
      return;
    case 'task_link':
      await taskEdits.link(actor, taskId, { taskId: said('prerequisite') ?? '', type: said('type') });
      return;
    case 'task_unlink':
      await taskEdits.unlink(actor, taskId, said('dependencyId') ?? '');
      return;
    case 'task_remove':
      await taskEdits.remove(actor, taskId);
  }
}
