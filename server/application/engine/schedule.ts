import { attemptEnded } from '../../domain/attempt.ts';
import { parkedInWords } from '../../domain/budget-words.ts';
import { checkpointDue } from '../../domain/checkpoint.ts';
import type { Session } from '../../domain/session.ts';
import { graphIsOver } from '../../domain/session-life.ts';
import { nextRole, type Task } from '../../domain/task.ts';
import { pinCheckpoint, stateOf } from '../checkpoints.ts';
import type { Deps } from '../deps.ts';
import { type Assignment, assignTask, startOrder } from './assign.ts';
import { pauseForBudget } from './budget-pause.ts';
import type { Drivers } from './drivers.ts';
import { engineActor } from './engine-actor.ts';
import { finishSession } from './finish.ts';
import { followGraph } from './follow-graph.ts';
import { handToPerson } from './hand-over.ts';
import { tellWait } from './path-waits.ts';
import { outlineOf } from './plan-prompt.ts';
import { wallClockReached } from './reserve.ts';
import { goWithoutPlanner } from './without-planner.ts';

/** A ready task without a healthy agent for this long makes the session degraded (domain.md 1.1). */
const patienceSeconds = 30;

/**
 * One look at an executing session's graph: statuses follow from what happened, ready tasks get agents, every open
 * attempt is driven, the end is recognised. Reads first, so a look that changes nothing writes nothing.
 */
export async function scheduleSession(
  deps: Deps,
  session: Session,
  drivers: Pick<Drivers, 'start' | 'keepAttempts'>,
): Promise<void> {
  const { store } = deps;
  // What is judged below is what came to rest here: a task that ends meanwhile is the next look's affair.
  const tasks = await followGraph(deps, session);
  await periodicCheckpoint(deps, session);
  const open = (await store.attempts.bySession(session.id)).filter((attempt) => !attemptEnded(attempt.status));
  drivers.keepAttempts(session.id, new Set(open.map((attempt) => attempt.id)));
  for (const attempt of open) drivers.start(attempt);

  if (open.length === 0 && graphIsOver(tasks)) return finishSession(deps, session);
  await startTasks(deps, session, drivers, tasks, open.length);
}

/** Gives ready tasks to agents while slots are free, and says of the session what keeps the others waiting. */
export async function startTasks(
  deps: Deps,
  session: Session,
  drivers: Pick<Drivers, 'start'>,
  tasks: readonly Task[],
  open: number,
): Promise<void> {
  const { store, clock } = deps;
  // Never mid-write: what runs goes on to its checkpoint, nothing new starts.
  const late = await wallClockReached(store, session, clock());
  if (late !== null) {
    if (open === 0) await pauseForBudget(deps, session, { reason: late, account: null, what: 'seconds' });
    return;
  }

  const refusals: string[] = [];
  let slots = session.parallelism - open;
  for (const task of startOrder(tasks, clock())) {
    if (slots <= 0) break;
    const refusal = await newWorkRefusal(deps, session);
    const outline = refusal === null && nextRole(task) === 'plan' ? await outlineOf(deps, session) : undefined;
    const assigned: Assignment =
      refusal === null ? await assignTask(deps, session, task.id, outline) : { refused: refusal, because: 'passing' };
    if ('refused' in assigned) {
      if (assigned.because === 'budget' && assigned.scope === 'session') {
        const { refused: reason, accountId: account, what } = assigned;
        // What runs here has drawn the rest, or goes on to its checkpoint: no lack of anything, and nothing new starts.
        if (slots < session.parallelism) break;
        if (assigned.usedUp) return pauseForBudget(deps, session, { reason, account, what });
      }
      // Waiting for another task is the plan's own order, not a lack of anything.
      await tellWait(deps, session, task, assigned.because === 'path' ? assigned.refused : null);
      const waited = (clock().getTime() - (task.readyAt ?? task.createdAt).getTime()) / 1000;
      if (assigned.because === 'path' || waited < patienceSeconds || soonUnparked(deps)) continue;
      if (assigned.because === 'nobody' && nextRole(task) === 'conflict')
        await handToPerson(deps, session, task, assigned.refused);
      else if (assigned.because === 'nobody' && nextRole(task) === 'plan')
        await goWithoutPlanner(deps, session, task, assigned.refused);
      else refusals.push(`${task.title}: ${assigned.refused}`);
      continue;
    }
    slots -= 1;
    deps.fault('after_dispatch');
    const attempt = await store.attempts.get(assigned.attemptId);
    if (attempt) drivers.start(attempt);
  }
  await followCapacity(deps, session, refusals);
}

/** Why no new attempt may start now, whatever the agent: the runtime is away, or the disk is full. */
async function newWorkRefusal(deps: Deps, { teamId }: Session): Promise<string | null> {
  const runtime = deps.runtime.status();
  // With others beside it each agent is judged by its own.
  if (runtime.state !== 'online' && (await deps.store.runtimes.list(teamId)).length <= 1)
    return runtime.parkedUntil !== null
      ? parkedInWords(runtime.parkedUntil)
      : `the runtime is ${runtime.state}${runtime.detail ? `: ${runtime.detail}` : ''}`;
  const free = await deps.workspaces.freeBytes();
  if (free < deps.settings.minimumFreeBytes) return `only ${Math.floor(free / 2 ** 20)} MB are free on the disk`;
  return null;
}

/** A quota that is back within the patience one has anyway is no lack of anything: the session does not flap for it. */
function soonUnparked(deps: Deps): boolean {
  const { parkedUntil } = deps.runtime.status();
  return parkedUntil !== null && parkedUntil.getTime() - deps.clock().getTime() < patienceSeconds * 1000;
}

async function periodicCheckpoint(deps: Deps, session: Session): Promise<void> {
  if (session.headCommit === null || session.startedAt === null) return;
  const latest = await deps.store.checkpoints.latest(session.id);
  if (!checkpointDue(latest?.createdAt ?? session.startedAt, deps.clock(), deps.settings.checkpointSeconds)) return;
  const checkpoint = await deps.store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    if (locked.epoch !== session.epoch) return null;
    return tx.checkpoints.create(
      {
        id: deps.secrets.uuid(),
        teamId: session.teamId,
        sessionId: session.id,
        reason: 'periodic',
        commit: locked.headCommit,
        state: stateOf(await tx.tasks.bySession(session.id)),
      },
      engineActor(session.teamId),
    );
  });
  if (checkpoint) await pinCheckpoint(deps, session, checkpoint);
}

/** Running with reduced capacity is said, with the cause; it passes with the cause. */
async function followCapacity(deps: Deps, session: Session, refusals: readonly string[]): Promise<void> {
  const runtime = deps.runtime.status();
  const cause = runtime.circuit === 'open' ? 'the model endpoint fails and rests' : (refusals[0] ?? null);
  const actor = engineActor(session.teamId);
  if (cause !== null && session.status === 'running') {
    await deps.store.sessions.move({
      sessionId: session.id,
      to: 'degraded',
      guard: { epoch: session.epoch, status: ['running'] },
      reason: cause,
      actor,
      patch: { cause },
    });
  } else if (cause === null && session.status === 'degraded') {
    await deps.store.sessions.move({
      sessionId: session.id,
      to: 'running',
      guard: { epoch: session.epoch, status: ['degraded'] },
      reason: 'the cause is gone',
      actor,
      patch: { cause: null },
    });
  }
}
