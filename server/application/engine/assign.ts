import type { Actor } from '../../domain/actor.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import type { BudgetEntry } from '../../domain/budget.ts';
import { DomainError, errorCodeOf } from '../../domain/errors.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import { nextRole, type Task } from '../../domain/task.ts';
import { startRefusal } from '../../domain/task-graph/ready.ts';
import type { Deps } from '../deps.ts';
import { graphOf } from '../graph-view.ts';
import type { EventInput } from '../record-port.ts';
import { askedOf, attemptPrompt, choose } from './asked.ts';
import { markConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { createTurnstile } from './in-turn.ts';
import { pathWaitOf } from './path-waits.ts';
import type { Outline } from './plan-prompt.ts';
import { type Refusal, reserveFor } from './reserve.ts';
import { takeSlot, waitForAgents } from './slots.ts';

/** A refusal says why; `nobody`: no agent fits; `path`: another task holds it; `passing`: it is a matter of what runs now. */
export type Assignment =
  | { attemptId: string }
  | { refused: string; because: 'nobody' | 'path' | 'passing' }
  | ({ because: 'budget' } & Refusal);

/** One assignment of a team at a time in this process, by its store; between processes the agents' locks do it. */
const turnstiles = new WeakMap<object, ReturnType<typeof createTurnstile>>();

/**
 * Gives a ready task to an agent: load, quota and budget are judged under the locks of the transaction that assigns, and
 * attempt, decision, status and events are written with it. A refusal says why and changes nothing.
 *
 * Those of one team wait for each other here, not in the database: there each would hold a connection and its session's
 * row meanwhile, and a row that is always held is one whose lease cannot be renewed.
 */
export function assignTask(deps: Deps, session: Session, taskId: string, outline?: Outline): Promise<Assignment> {
  const inTurn = turnstiles.get(deps.store) ?? createTurnstile();
  turnstiles.set(deps.store, inTurn);
  return inTurn(session.teamId, () => assign(deps, session, taskId, outline));
}

async function assign(deps: Deps, session: Session, taskId: string, outline?: Outline): Promise<Assignment> {
  const { store, secrets } = deps;
  const actor = engineActor(session.teamId);
  const short: { refusal: Refusal | null } = { refusal: null };
  const assigned = store.transaction(async (tx): Promise<Assignment> => {
    short.refusal = null;
    const locked = await tx.sessions.lock(session.id);
    if (locked.epoch !== session.epoch || !isExecuting(locked.status) || locked.pendingCommand !== null)
      return passing('the session moved on');
    const task = await tx.tasks.get(session.teamId, taskId);
    if (task?.status !== 'ready') return passing('the task moved on');
    // People edit the graph while it runs: what it says now counts, not what it said when the task became ready.
    const graph = graphOf(await tx.tasks.bySession(session.id), await tx.tasks.dependencies(session.id));
    const waits = task.kind === 'plan' ? null : startRefusal(graph, task.id, deps.clock());
    if (waits !== null) return passing(waits);
    const attempts = await tx.attempts.bySession(session.id);
    const open = attempts.filter((attempt) => !attemptEnded(attempt.status));
    if (open.length >= locked.parallelism) return passing('every slot of the session is taken');

    // The agents' locks stand for the team's: what sessions take at the same moment is counted one after the other.
    await tx.agents.lockAll(session.teamId);
    const wait = await pathWaitOf(tx, task, open);
    if (wait !== null) return { refused: wait, because: 'path' };
    const mine = attempts.filter((attempt) => attempt.taskId === task.id);
    const asked = await askedOf(tx, task, mine);
    const role = nextRole({ kind: task.kind, next: asked.next });
    const choice = await choose(tx, deps, locked, task, asked);
    if ('refused' in choice) {
      await waitForAgents(tx, locked, task, choice.busy);
      return { refused: choice.refused, because: choice.forGood ? 'nobody' : 'passing' };
    }
    const { agent } = choice;
    // A person's decision is carried out by nobody, and takes no slot.
    const refused = choice.request === null ? null : await takeSlot(tx, deps, locked, task, agent);
    if (refused !== null) return passing(refused);

    const attemptId = secrets.uuid();
    const number = Math.max(0, ...mine.map((attempt) => attempt.number)) + 1;
    await tx.attempts.insert({
      id: attemptId,
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      number,
      epoch: session.epoch,
      agentId: agent.id,
      runtimeId: agent.runtimeId,
      instanceId: deps.instance.id,
      ...secrets.remoteIds(),
      prompt: await attemptPrompt(tx, locked, task, asked, agent.id, role === 'plan' ? outline : undefined),
      system: agent.systemPrompt,
      model: locked.model ?? agent.model,
      role,
      probe: choice.probe,
      conflictId: asked.conflict?.id ?? null,
      sourceAttemptId: asked.next?.sourceAttemptId ?? null,
    });
    // After the row, which the draw belongs to: what is thrown here takes the row back.
    const slots = locked.parallelism - open.length;
    const drawn = await reserveFor(tx, deps, locked, attemptId, choice.request === null ? null : agent, slots);
    if ('refused' in drawn) {
      short.refusal = drawn;
      throw new DomainError('QUOTA_EXCEEDED', drawn.refused);
    }
    await markConflict(tx, asked.conflict?.id ?? null, 'resolving');
    await tx.routing.insert({
      id: secrets.uuid(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      attemptId,
      selectedAgentId: agent.id,
      sentence: choice.sentence,
      candidates: [...choice.candidates],
      request: choice.request,
    });
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: ['ready'],
      to: 'assigned',
      reason: null,
      actor,
      epoch: session.epoch,
      // What it is to be stays on the task until it is done: a crash or a pause before it begins asks again.
      patch: { agentId: agent.id, attemptCount: task.attemptCount + 1, notBefore: null },
    });
    await tx.events.append(
      session.id,
      [
        {
          type: 'task.routed',
          actor,
          payload: { taskId: task.id, attemptId, agentId: agent.id, agent: agent.name, sentence: choice.sentence },
        },
        {
          type: 'attempt.started',
          actor,
          payload: {
            attemptId,
            taskId: task.id,
            epoch: session.epoch,
            number,
            role,
            agentId: agent.id,
            // Whose work it is stays with it; who carries a person's decision out is nobody.
            agent: choice.request === null ? null : agent.name,
          },
        },
        ...reservedEvent(drawn.entry, task.id, actor),
      ],
      { epoch: session.epoch },
    );
    return { attemptId };
  });
  return assigned.catch((error: unknown): Assignment => {
    if (short.refusal === null || errorCodeOf(error) !== 'QUOTA_EXCEEDED') throw error;
    return { because: 'budget', ...short.refusal };
  });
}

/** A person's decision that is carried out draws nothing, and so says nothing. */
function reservedEvent({ accountId, attemptId, reserved }: BudgetEntry, taskId: string, actor: Actor): EventInput[] {
  if (reserved.attempts === 0) return [];
  const { tokens, costUsd } = reserved;
  return [{ type: 'budget.reserved', actor, payload: { attemptId, taskId, account: accountId, tokens, costUsd } }];
}

function passing(refused: string): Assignment {
  return { refused, because: 'passing' };
}

/** Ready tasks in the order they are to start. */
export function startOrder(tasks: readonly Task[], now: Date): Task[] {
  const ranks = ['blocker', 'critical', 'high', 'normal', 'low', 'background'];
  return tasks
    .filter((task) => task.status === 'ready' && (task.notBefore === null || task.notBefore <= now))
    .sort((a, b) => ranks.indexOf(a.priority) - ranks.indexOf(b.priority) || a.position - b.position);
}
