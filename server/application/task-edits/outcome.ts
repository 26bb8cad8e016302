import { type Actor, authorize } from '../../domain/actor.ts';
import { attemptEnded, type Waiver } from '../../domain/attempt.ts';
import { DomainError, invalidFromZod } from '../../domain/errors.ts';
import { isActive, isExecuting } from '../../domain/session.ts';
import { type Task, type TaskStatus, taskEnded } from '../../domain/task.ts';
import { cancelTaskInput, waiveInput } from '../../domain/task-edit-input.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import { abandonConflicts } from '../engine/conflict-records.ts';
import { completeMerged, landedAlready } from '../engine/land.ts';
import { inRepository } from '../engine/lane.ts';
import { nextAttempt } from '../engine/next-attempt.ts';
import { closeAttempt } from '../sessions/endings.ts';
import { personOf } from '../sessions/find.ts';
import { retryLocked } from '../sessions/retry.ts';
import { sendAgain } from '../sessions/send-again.ts';
import { teamOf } from '../tokens.ts';
import { assertEditable, cannot, editGraph, findTask, leavesUnder, type OpenGraph } from './graph-edit.ts';

/**
 * Cancels a task, or every task of a group, whatever it is doing: its attempt is aborted in the same transaction, whoever
 * drives it lets go at the next look, and what needs it follows the session's policy. Work that is on the branch stays.
 */
export async function cancelTask(deps: Deps, actor: Actor, taskId: string, raw: unknown): Promise<Task> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = cancelTaskInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const reason = parsed.data.reason || `cancelled by ${actor.name}`;
  const leaves = leavesUnder(await deps.store.tasks.bySession(found.session.id), taskId).map(({ id }) => id);
  // In the lane of what lands: a commit that is on its way to the branch is there, with its task completed, or never comes.
  return inRepository(
    deps,
    found.session,
    async (lane) => {
      for (const attempt of await deps.store.attempts.bySession(found.session.id))
        if (leaves.includes(attempt.taskId) && !attemptEnded(attempt.status))
          await landedAlready(deps, () => completeMerged(deps, found.session, attempt, lane), attempt);
      return editGraph(deps, actor, found, 'cancel', async ({ tx, session, tasks, task }) => {
        assertEditable(session);
        const open = leavesUnder(tasks, task.id).filter(({ status }) => !taskEnded(status));
        if (open.length === 0) throw cannot(task.status, 'cancelled', `The task is ${task.status} already.`);
        const now = deps.clock();
        for (const leaf of open) {
          for (const attempt of await tx.attempts.byTask(leaf.id))
            if (!attemptEnded(attempt.status))
              await closeAttempt(tx, attempt, { attempts: 'aborted', reason, actor, now, fence: lane });
          await tx.tasks.move({
            taskId: leaf.id,
            sessionId: session.id,
            from: [leaf.status],
            to: 'cancelled',
            reason,
            actor,
            patch: { endedAt: now, next: null },
          });
        }
        await abandonConflicts(tx, session.id);
        await refreshAttention(tx, session.id, actor);
        return { after: { status: 'cancelled', tasks: open.map(({ key }) => key) }, reason };
      });
    },
    'person',
  );
}

const over: readonly TaskStatus[] = ['failed', 'skipped', 'cancelled'];

/** A task of an executing session that failed, was skipped or cancelled goes on, and with it what was skipped because of it. */
export async function retryTask(deps: Deps, actor: Actor, taskId: string): Promise<Task> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  return editGraph(deps, actor, found, 'retry', async (open) => {
    const { tasks, task } = open;
    assertRetriable(open);
    const again = leavesUnder(tasks, task.id).filter(({ status }) => over.includes(status));
    if (again.length === 0)
      throw cannot(
        task.status,
        'pending',
        `The task is ${task.status}; only what failed, was skipped or cancelled is retried.`,
        [...over],
      );
    for (const leaf of again)
      await sendAgain(open.tx, leaf, {
        to: 'pending',
        reason: `retried by ${actor.name}`,
        actor,
        patch: { endedAt: null, error: null, agentId: null, notBefore: null, next: null, proof: 'none' },
      });
    const revived = await revive(open, actor, new Set(again.map(({ id }) => id)));
    return { after: { status: 'pending', tasks: [...again, ...revived].map(({ key }) => key) } };
  });
}

function assertRetriable({ session }: OpenGraph): void {
  assertEditable(session);
  if (!isExecuting(session.status) && session.status !== 'paused' && session.status !== 'queued')
    throw cannot(session.status, 'pending', `The session is ${session.status}.`);
}

/** What was skipped for want of these tasks waits for them again; what lacks another one too is skipped anew by the scheduler. */
async function revive({ tx, tasks, edges }: OpenGraph, actor: Actor, from: ReadonlySet<string>): Promise<Task[]> {
  const parents = new Map(tasks.map(({ id, parentTaskId }) => [id, parentTaskId]));
  const reached = new Set(from);
  // A Set is walked in insertion order, also over what is added on the way.
  for (const id of reached) {
    const parent = parents.get(id) ?? null;
    if (parent !== null) reached.add(parent);
    for (const edge of edges) {
      if (edge.fromTaskId !== id) continue;
      reached.add(edge.toTaskId);
      for (const leaf of leavesUnder(tasks, edge.toTaskId)) reached.add(leaf.id);
    }
  }
  const groups = new Set(tasks.map(({ parentTaskId }) => parentTaskId));
  const revived = tasks.filter(
    ({ id, status, reason }) =>
      reached.has(id) &&
      !from.has(id) &&
      !groups.has(id) &&
      status === 'skipped' &&
      (reason ?? '').startsWith('prerequisite_failed'),
  );
  for (const task of revived)
    await sendAgain(tx, task, {
      to: 'pending',
      reason: 'its prerequisite goes on',
      actor,
      patch: { endedAt: null, error: null },
    });
  return revived;
}

/**
 * A lead's word in place of a proof: a completed task's claim counts as accepted, or the work of a failed task is taken onto
 * the branch as it is, without an agent; a session that had ended is retried for it. Audited with the reason; what was proven needs none.
 */
export async function waiveProof(deps: Deps, actor: Actor, taskId: string, raw: unknown): Promise<Task> {
  // Anybody's session: whose work it is does not lower what a waiver needs.
  authorize(actor, 'session.edit', { teamId: teamOf(actor) });
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = waiveInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const { reason } = parsed.data;
  return editGraph(deps, actor, found, 'waive', async (open) => {
    const { tx, session, tasks, task } = open;
    const waiver = (attemptId: string | null): Waiver => ({
      by: personOf(actor) ?? '',
      byName: actor.name,
      reason,
      at: deps.clock().toISOString(),
      attemptId,
    });
    const tell = (attemptId: string | null) =>
      tx.events.append(session.id, [
        { type: 'evidence.waived', actor, payload: { taskId: task.id, key: task.key, attemptId, reason } },
      ]);
    if (tasks.some(({ parentTaskId }) => parentTaskId === task.id))
      throw cannot(task.status, 'waived', 'A group has no proof of its own; waive that of its tasks.');
    if (task.status === 'completed') {
      if (task.proof !== 'claimed')
        throw cannot(task.proof, 'waived', `The task is ${task.proof} already.`, ['claimed']);
      await tx.tasks.edit(task.id, { proof: 'waived', waiver: waiver(null) }, { status: ['completed'] });
      await tell(null);
      return { after: { proof: 'waived' }, reason };
    }
    const ended = !isActive(session.status);
    if (!ended) assertRetriable(open);
    if (task.status !== 'failed')
      throw cannot(task.status, 'waived', `The task is ${task.status}; a proof is waived when the work is done.`, [
        'completed',
        'failed',
      ]);
    const work = (await tx.attempts.byTask(task.id))
      .filter(({ taskCommit, status }) => taskCommit !== null && status === 'failed')
      .at(-1);
    if (!work)
      throw new DomainError('CONFLICT', 'No attempt of this task left work that could be accepted; retry it instead.');
    // A session that ended over it goes on: what else did not complete is tried again.
    if (ended) await retryLocked(deps, tx, actor, session, { accepted: true, reason });
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: [ended ? 'pending' : 'failed'],
      to: 'ready',
      reason: `${actor.name} accepts the work of attempt ${work.number} without its proof`,
      actor,
      patch: {
        endedAt: null,
        error: null,
        agentId: null,
        notBefore: null,
        waiver: waiver(work.id),
        next: nextAttempt({ role: 'waiver', reason, sourceAttemptId: work.id }),
      },
    });
    await tell(work.id);
    if (!ended) await revive(open, actor, new Set([task.id]));
    return { after: { status: 'ready', attemptId: work.id }, reason };
  });
}
