import { type Actor, refusal } from '../../server/domain/actor.ts';
import { canMove, isActive, type SessionStatus } from '../../server/domain/session.ts';
import { type Task, type TaskStatus, taskEnded } from '../../server/domain/task.ts';
import type { LiveSession } from '../live.ts';
import { sessionSigns, taskSigns } from '../status.ts';

const taskOrders = ['edit', 'split', 'assign', 'link', 'unlink', 'retry', 'waive', 'cancel', 'remove'] as const;
export type TaskOrder = (typeof taskOrders)[number];

/** Why each order is refused now; null where it is possible. */
export type TaskRefusals = Readonly<Record<TaskOrder | 'add', string | null>>;

interface Facts {
  readonly session: Pick<LiveSession, 'status' | 'teamId' | 'createdBy' | 'plannedAt'>;
  readonly task: Task;
  /** It has children: it is never run itself. */
  readonly group: boolean;
}

/** Why this person may not change the graph, or accept work without proof; null where they may. */
export function sessionRefusals(
  session: Facts['session'],
  actor: Actor,
): { readonly edit: string | null; readonly waive: string | null } {
  const subject = { teamId: session.teamId, createdBy: session.createdBy, resource: 'sessions' } as const;
  const over = isActive(session.status)
    ? session.plannedAt === null
      ? 'There is no plan yet.'
      : null
    : `The session is ${sessionSigns[session.status].word}; ${canMove(session.status, 'pending') ? 'retry it first' : 'it has ended for good'}.`;
  return {
    edit: refusal(actor, 'session.edit', subject) ?? over,
    // Whose session it is does not lower what a waiver needs.
    waive: refusal(actor, 'session.edit', { teamId: session.teamId, resource: 'sessions' }),
  };
}

/** What the states and the person's role allow. The services judge again: this is for the words on the page. */
export function taskRefusals({ session, task, group }: Facts, actor: Actor): TaskRefusals {
  const may = sessionRefusals(session, actor);
  const of = (order: TaskOrder) => may.edit ?? stateRefusal(order, task, group, session.status);
  return {
    add: may.edit,
    edit: of('edit'),
    split: of('split'),
    assign: of('assign'),
    link: of('link'),
    unlink: may.edit,
    retry: of('retry'),
    cancel: of('cancel'),
    remove: of('remove'),
    // A claim is accepted also after the end: that is when it is read. Failed work is landed by a session that goes on.
    waive: may.waive ?? waiveRefusal(task, group) ?? (task.status === 'failed' && !mayGoOn(session) ? may.edit : null),
  };
}

const mayGoOn = ({ status }: Facts['session']) => canMove(status, 'pending');

const idle: ReadonlySet<TaskStatus> = new Set(['pending', 'ready', 'blocked', 'paused']);
const retriable: ReadonlySet<TaskStatus> = new Set(['failed', 'skipped', 'cancelled']);

function stateRefusal(order: TaskOrder, task: Task, group: boolean, session: SessionStatus): string | null {
  const word = taskSigns[task.status].word;
  const unless = (possible: boolean, sentence: string) => (possible ? null : sentence);
  switch (order) {
    case 'edit':
      return unless(task.status !== 'completed', 'It is COMPLETED and stands as it is.');
    case 'split':
      if (group) return 'It is a group already; split one of its tasks, or add one to it.';
      return unless(idle.has(task.status), `It is ${word}; only a task that is not at work is split.`);
    case 'assign':
      if (group) return 'A group is never run itself; choose for its tasks.';
      return unless(idle.has(task.status), `It is ${word}; an agent is chosen before an attempt begins.`);
    case 'link':
      return unless(task.status !== 'completed', 'It is COMPLETED and waits for nothing any more.');
    case 'retry':
      if (!retriable.has(task.status)) return `It is ${word}; what failed, was skipped or cancelled is retried.`;
      return unless(session !== 'pending', 'Start the session first.');
    case 'cancel':
      return unless(!taskEnded(task.status), `It is ${word} already.`);
    case 'remove':
      if (group) return 'It has tasks of its own; take those off first.';
      if (task.attemptCount > 0) return 'It was tried already; cancel it instead.';
      return unless(task.status !== 'completed', 'It is COMPLETED and stands as it is.');
    default:
      return null;
  }
}

function waiveRefusal(task: Task, group: boolean): string | null {
  if (group) return 'A group has no proof of its own.';
  if (task.proof === 'proven') return 'It is proven; there is nothing to waive.';
  if (task.proof === 'waived') return 'Its proof is waived already.';
  if (task.status === 'completed' && task.proof === 'claimed') return null;
  if (task.status === 'failed' && task.attemptCount > 0) return null;
  return `It is ${taskSigns[task.status].word}; only a claim, or a failed task’s work, can be accepted.`;
}

/** What the audit log will hold. */
export function waiverText(task: Pick<Task, 'key' | 'title' | 'status'>, by: string): string {
  const what =
    task.status === 'failed' ? 'accepted the work of a failed task without proof' : 'accepted a claim without proof';
  return `${by} ${what}: ${task.key} “${task.title}”, because: …`;
}

/** A reason shorter than this says nothing. */
export const shortestReason = 20;
