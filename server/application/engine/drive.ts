import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { DomainError } from '../../domain/errors.ts';
import { signature } from '../../domain/progress-watch.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { RunEnd, RunEvent, RunOrder } from '../ports.ts';
import type { InjectedPrompt } from '../work-port.ts';
import { loopOf } from './circles.ts';
import { engineActor } from './engine-actor.ts';
import { orderOf } from './order.ts';
import { repairOf, takePlan } from './planner-answer.ts';
import { needsNoRun, prepareAttempt } from './prepare.ts';
import { proveAttempt } from './prove.ts';
import { createRecorder } from './record.ts';
import { settleFailure } from './settle.ts';
import { surroundingsOf } from './surroundings.ts';

/**
 * Drives one attempt from wherever its row says it stands to its end: worktree, setup, run, commit, verification, merge,
 * completion. Each step is stored before the next begins and may be repeated, so a fresh start, a resumed pause and a
 * recovery after a crash are the same call. Ends silently when `signal` aborts; throws CONFLICT when the fence is lost.
 */
export function createDriver(deps: Deps) {
  const { store } = deps;
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

    const prepared = await prepareAttempt(deps, found, session, repository, signal);
    if (prepared === null) return;
    let attempt = prepared;
    if (attempt.status !== 'verifying') {
      const ran = needsNoRun(attempt)
        ? await withoutRun(attempt)
        : await runToEnd(attempt, task, (prompts) => orderOf(attempt, task, agent, prompts), signal);
      if (ran === null) return;
      attempt = ran;
    }
    if (attempt.role === 'plan') return takePlan(deps, session, task, attempt);
    // Read anew: what proves it may have been edited while it ran.
    const edited = (await store.tasks.get(task.teamId, task.id)) ?? task;
    await proveAttempt(deps, attempt, { session, task: edited, repository, signal });
  };

  /** A person decided, or nothing is left to decide: the same way through the statuses, without an agent. */
  async function withoutRun(attempt: Attempt): Promise<Attempt> {
    const started = await recorder.started(attempt, engineActor(attempt.teamId));
    return store.attempts.update(
      started.id,
      { status: 'verifying' },
      { epoch: started.epoch, status: ['running', 'waiting'] },
    );
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
    let lastCall: string | null = null;
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

    /** Whether the run repeats itself; only a call like the one before it is worth a look at what is stored. */
    async function watchLoop(event: RunEvent): Promise<string | null> {
      if (event.type !== 'tool_call' || event.status === 'running') return null;
      const call = signature(event);
      const repeated = lastCall === null || lastCall === call;
      lastCall = call;
      return repeated ? loopOf(deps, attempt) : null;
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
          const loop = await watchLoop(event);
          if (loop !== null) {
            await deps.runner.abort(order);
            return { type: 'failed', failure: 'no_progress', message: loop, retryAt: null };
          }
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
}
