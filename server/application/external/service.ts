import { type Actor, type AgentActor, authorize } from '../../domain/actor.ts';
import { DomainError, invalidFromZod } from '../../domain/errors.ts';
import { type AgentCommand, type ExternalAgent, heartbeatInput, leaseHeartbeats } from '../../domain/external-agent.ts';
import type { Deps } from '../deps.ts';
import { teamOf } from '../tokens.ts';
import { commandsFor } from './commands.ts';
import { createEnrolment } from './enrol.ts';
import { type TaskMessage, taskMessage } from './message.ts';
import { createReports } from './report.ts';

/** Who waits for work of an agent. */
export const agentWake = (agentId: string) => `external-agent:${agentId}`;

/** What another instance offers is found by looking this often; what this one offers wakes at once. */
const lookMs = 2_000;

/** External Agent Protocol 1.0: enrolment, heartbeats, claims and reports of agents that run elsewhere (api.md). */
export function createExternalAgents(deps: Deps) {
  const { store, settings } = deps;
  const leaseSeconds = leaseHeartbeats * settings.heartbeatSeconds;
  const waiting = new Map<string, number>();

  /** The agent itself, by its own token; FORBIDDEN for anybody else. */
  async function self(actor: Actor, agentId: string): Promise<AgentActor> {
    authorize(actor, 'attempt.report', { teamId: teamOf(actor) });
    if (actor.kind === 'agent' && actor.id === agentId) return actor;
    throw new DomainError('FORBIDDEN', 'This token belongs to another agent.');
  }

  async function heartbeat(actor: Actor, agentId: string, raw: unknown): Promise<{ commands: AgentCommand[] }> {
    const { teamId } = await self(actor, agentId);
    const parsed = heartbeatInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const heard = await store.external.heartbeat(agentId, parsed.data);
    const agent = heard ? await store.agents.get(teamId, agentId) : null;
    if (agent === null) throw new DomainError('UNAUTHENTICATED', 'This agent was taken off the fleet.');
    // It is about to say nothing more: its attempts are settled now rather than after the silence.
    if (parsed.data.status === 'offline') deps.nudge();
    return { commands: await commandsFor(deps, agent) };
  }

  /**
   * The agent's oldest offer, at once or as soon as there is one within `waitSeconds`; null when there is none. Ends with
   * `signal`, and a claim whose agent is gone by then is offered again. RATE_LIMITED past one waiting claim per slot.
   */
  async function claim(
    actor: Actor,
    agentId: string,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<TaskMessage | null> {
    const { teamId } = await self(actor, agentId);
    const agent = await store.agents.get(teamId, agentId);
    if (agent === null) throw new DomainError('UNAUTHENTICATED', 'This agent was taken off the fleet.');
    const others = waiting.get(agentId) ?? 0;
    if (others >= agent.maxConcurrentTasks)
      throw new DomainError(
        'RATE_LIMITED',
        `${others} claims of this agent wait already, as many as it takes at once.`,
        {
          retryAfterSeconds: 5,
        },
      );
    waiting.set(agentId, others + 1);
    const offers = deps.wakeUps.listen(agentWake(agentId));
    try {
      const until = Date.now() + waitSeconds * 1000;
      for (;;) {
        if (signal.aborted) return null;
        const run = await store.external.claim(agentId, leaseSeconds);
        if (run !== null) {
          const message = await taskMessage(deps, run).catch(async (error: unknown) => {
            // It never reached its agent: offered again now, not when the lease of nobody runs out.
            await store.external.unclaim(run.attemptId, run.turn);
            throw error;
          });
          deps.wakeUps.wake(`external-run:${run.attemptId}`);
          if (!signal.aborted) return message;
          await store.external.unclaim(run.attemptId, run.turn);
          return null;
        }
        const left = until - Date.now();
        if (left <= 0) return null;
        await offers.next(Math.min(left, lookMs), signal);
      }
    } finally {
      offers.end();
      const now = (waiting.get(agentId) ?? 1) - 1;
      if (now === 0) waiting.delete(agentId);
      else waiting.set(agentId, now);
    }
  }

  return {
    ...createEnrolment(deps),
    ...createReports(deps),
    heartbeat,
    claim,

    /** What is known of one beyond its row; null for an agent on a runtime of ours. */
    async of(actor: Actor, agentId: string): Promise<ExternalAgent | null> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      const found = await store.external.get(agentId);
      return found?.teamId === actor.teamId ? found : null;
    },

    /** What is known of the team's external agents beyond their rows. */
    async list(actor: Actor): Promise<ExternalAgent[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      return store.external.list(teamOf(actor));
    },
  };
}
