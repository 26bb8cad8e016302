import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { RunEnd, RunOrder } from '../ports.ts';
import type { Repository } from '../team-port.ts';
import type { InjectedPrompt } from '../work-port.ts';
import { engineActor } from './engine-actor.ts';
import { commitOf, completeAttempt, inRepository, mergeAttempt } from './land.ts';
import { orderOf } from './order.ts';
import { repairOf, takePlan } from './planner-answer.ts';
import { createRecorder } from './record.ts';
import { settleFailure } from './settle.ts';
import { surroundingsOf } from './surroundings.ts';
import { runCommands, verifyAttempt } from './verify.ts';

/**
 * Drives one attempt from wherever its row says it stands to its end: worktree, setup, run, commit, verification, merge,
 * completion. Each step is stored before the next begins and may be repeated, so a fresh start, a resumed pause and a
 * recovery after a crash are the same call. Ends silently when `signal` aborts; throws CONFLICT when the fence is lost.
 */
export function createDriver(deps: Deps) {
  const { store, workspaces } = deps;
  const recorder = createRecorder(deps);

  return async function drive(attemptId: string, signal: AbortSignal): Promise<void> {
    const found = await store.attempts.get(attemptId);
    if (!found || attemptEnded(found.status)) return;
    const session = await store.sessions.byId(found.sessionId);
    const task = await store.tasks.get(found.teamId, found.taskId);
    const agent = await store.agents.get(found.teamId, found.agentId);
    if (!session || !task || !agent)
      throw new DomainError('NOT_FOUND', 'The attempt has lost its session, task or agent.');
    const { repository } = await surroundingsOf(deps, session);

    let attempt = await openWorktree(found, session, repository);
    // Whoever plans only reads: nothing is set up, committed or proven for it.
    const plans = attempt.role === 'plan';
    if (!attempt.setupDone && !plans) {
      const broken = (await runCommands(deps, attempt, attempt.worktree ?? '', repository.setup, signal)).find(
        (one) => one.exitCode !== 0,
      );
      signal.throwIfAborted();
      if (broken) {
        return settleFailure(deps, attempt, {
          status: 'failed',
          failure: 'verification_failed',
          message: `The set-up command ${broken.command} ended with ${broken.exitCode ?? 'a signal'}:\n${broken.output.slice(-2000)}`,
          retryAt: null,
        });
      }
      attempt = await store.attempts.update(attempt.id, { setupDone: true }, { epoch: attempt.epoch });
    }
    if (attempt.status !== 'verifying') {
      const ran = await runToEnd(attempt, task, (prompts) => orderOf(attempt, task, agent, prompts), signal);
      if (ran === null) return;
      attempt = ran;
    }
    if (plans) return takePlan(deps, session, task, attempt);
    await prove(attempt, session, task, repository, signal);
  };

  /** The base commit is stored before the worktree is made, so a repeat makes the same one. */
  async function openWorktree(attempt: Attempt, session: Session, repository: Repository): Promise<Attempt> {
    let row = attempt;
    if (row.baseCommit === null) {
      const baseCommit =
        session.branch === null ? (session.baseCommit ?? '') : await workspaces.head(repository, session.branch);
      row = await store.attempts.update(row.id, { baseCommit }, { epoch: row.epoch });
    }
    const worktree = await workspaces.openWorktree(repository, {
      id: row.id,
      sessionSlug: session.slug,
      commit: row.baseCommit ?? '',
    });
    return row.worktree === worktree ? row : store.attempts.update(row.id, { worktree }, { epoch: row.epoch });
  }

  /** Runs until the agent idles and no injected prompt is left. Null when the attempt did not get there. */
  async function runToEnd(
    first: Attempt,
    task: Task,
    orderFor: (prompts: readonly InjectedPrompt[]) => RunOrder,
    signal: AbortSignal,
  ): Promise<Attempt | null> {
    const actor = engineActor(first.teamId);
    let attempt = first;
    for (;;) {
      const end = await watch(orderFor(await store.prompts.all(attempt.sessionId)));
      if (end === null || signal.aborted) return null;
      await recorder.usage(attempt, actor);
      if (end.type !== 'completed') {
        await settleEnd(attempt, end);
        return null;
      }
      const proving = await next(attempt, end.text);
      if (proving) return proving;
    }

    /** Takes up an injected prompt (null), or else goes on to the proof; under the lock, so that none comes between. */
    function next(from: Attempt, summary: string): Promise<Attempt | null> {
      return store.transaction(async (tx) => {
        await tx.sessions.lock(from.sessionId);
        const plans = from.role === 'plan';
        // A prompt for whichever run comes next means the work, not the planning of it.
        const prompt =
          (await tx.prompts.pending(from.sessionId)).find(
            ({ taskId }) => (taskId === null && !plans) || taskId === task.id,
          ) ?? (plans ? await repairOf(deps, tx, from, summary) : null);
        if (!prompt)
          return tx.attempts.update(
            from.id,
            { summary, status: 'verifying' },
            { epoch: from.epoch, status: ['running', 'waiting'] },
          );
        await tx.prompts.markDelivered(prompt.id, from.id);
        const { id: attemptId, epoch, taskId, sessionId } = from;
        const payload = { attemptId, taskId, epoch, kind: 'prompt', text: prompt.text, promptId: prompt.id };
        await tx.events.append(sessionId, [{ type: 'attempt.output', actor, payload }], { epoch });
        return null;
      });
    }

    async function watch(order: RunOrder): Promise<RunEnd | null> {
      for await (const event of deps.runner.run(order, signal)) {
        if (signal.aborted) return null;
        if (event.type === 'started') {
          // A run that went on in another process asks anew: what the old one had asked is gone with it.
          const open = attempt.status === 'starting' ? [] : await deps.runner.openAsks(order);
          for (const gone of await recorder.asksWithout(attempt, open)) await recorder.askGone(attempt, gone, actor);
          attempt = await recorder.started(attempt, actor);
        } else if (
          event.type === 'completed' ||
          event.type === 'failed' ||
          event.type === 'lost' ||
          event.type === 'aborted'
        )
          return event;
        else {
          await recorder.tell(attempt, event, actor);
          // An ask changes the attempt's status; the row is small, so it is read rather than guessed.
          if (event.type === 'ask' || event.type === 'ask_gone')
            attempt = (await store.attempts.get(attempt.id)) ?? attempt;
        }
      }
      if (!signal.aborted) throw new DomainError('INTERNAL', 'The run broke off without an end.');
      return null;
    }
  }

  async function settleEnd(attempt: Attempt, end: Exclude<RunEnd, { type: 'completed' }>): Promise<void> {
    if (end.type === 'lost')
      return settleFailure(deps, attempt, { status: 'lost', failure: 'crash', message: end.message, retryAt: null });
    if (end.type === 'failed')
      return settleFailure(deps, attempt, {
        status: 'failed',
        failure: end.failure,
        message: end.message,
        retryAt: end.retryAt,
      });
    // Our own abort comes with a command that its session's owner carries out; anybody else's is a failure like others.
    const session = await store.sessions.byId(attempt.sessionId);
    if (session && session.pendingCommand === null)
      await settleFailure(deps, attempt, {
        status: 'aborted',
        failure: 'transient',
        message: end.message,
        retryAt: null,
      });
  }

  async function prove(
    first: Attempt,
    session: Session,
    task: Task,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<void> {
    let attempt = first;
    await deps.endOrphans(attempt.id);
    // The run idles: whatever still works in its worktree would change what is committed and proven.
    await deps.endLeftBehind(attempt.worktree ?? '');
    if (attempt.taskCommit === null && attempt.evidence === null) {
      deps.fault('before_commit');
      const taskCommit = await workspaces.commit(repository, attempt.worktree ?? '', commitOf(session, task, attempt));
      if (taskCommit !== null)
        attempt = await store.attempts.update(attempt.id, { taskCommit }, { epoch: attempt.epoch });
    }
    const verified = await verifyAttempt(deps, attempt, task, repository, signal);
    attempt = verified.attempt;
    if (!verified.passed) {
      return settleFailure(deps, attempt, {
        status: 'failed',
        failure: 'verification_failed',
        message: `The verification failed: ${verified.sentence}.`,
        retryAt: null,
      });
    }
    deps.fault('before_merge');
    await inRepository(deps, repository.id, async () => {
      const merged = await mergeAttempt(deps, session, task, attempt, repository);
      if (merged?.outcome === 'conflict') {
        await store.events.append(
          session.id,
          [
            {
              type: 'conflict.detected',
              actor: engineActor(session.teamId),
              payload: { attemptId: attempt.id, taskId: task.id, files: merged.files, message: merged.message },
            },
          ],
          { epoch: attempt.epoch },
        );
        return settleFailure(deps, attempt, {
          status: 'failed',
          failure: 'conflict',
          message: `The changes conflict with the session branch in ${merged.files.join(', ')}.`,
          retryAt: null,
        });
      }
      deps.fault('before_checkpoint');
      const head = session.branch === null ? null : await workspaces.head(repository, session.branch);
      return completeAttempt(deps, session, attempt, {
        mergedCommit: merged?.commit ?? null,
        head,
        claimed: verified.claimed,
      });
    });
  }
}
