import type { Agent } from '../../domain/agent.ts';
import { lacksOnlySlot, type RoutedCandidate, type RouteRequest, route } from '../../domain/routing.ts';
import type { Session } from '../../domain/session.ts';
import { type NextAttempt, nextRole, type Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { candidatesFor } from './candidates.ts';

/** Nobody takes it. `forGood`: no agent that is meant to work holds what is asked, so that waiting helps nobody. */
export interface NoChoice {
  refused: string;
  forGood: boolean;
  /** Agents that only lack a free slot for it. */
  busy: readonly string[];
}

export interface Choice {
  agent: Agent;
  sentence: string;
  candidates: readonly RoutedCandidate[];
  /** Null when nothing was asked of routing: a person's decision is carried out. */
  request: RouteRequest | null;
  probe: boolean;
}

/**
 * Routes a task's next attempt (domain.md 3.5). Who failed at it before stays out as long as anybody else fits; the
 * sentence says when nobody does.
 */
export async function chooseAgent(
  tx: Tx,
  deps: Deps,
  session: Session,
  task: Task,
  next: NextAttempt | null,
): Promise<Choice | NoChoice> {
  // Whom a person asked for is to do the work, not to plan it.
  const asks = nextRole({ kind: task.kind, next }) === 'plan' ? null : session;
  const request: RouteRequest = {
    teamId: session.teamId,
    requiredCapabilities: next?.requiredCapabilities ?? task.capabilities,
    technologies: task.technologies.length > 0 ? task.technologies : session.technologies,
    sessionType: session.type,
    complexity: task.complexity,
    preferredAgent: next?.preferredAgent ?? asks?.preferredAgent ?? null,
    preferredAgentType: next?.preferredAgentType ?? asks?.preferredAgentType ?? null,
    excluded: next?.excludedAgents ?? [],
  };
  const latest = (await tx.attempts.bySession(session.id)).at(-1);
  let candidates = await candidatesFor(tx, deps, session.teamId, {
    model: session.model,
    stickTo: latest?.runtimeId ?? null,
  });
  let asked = request;
  let decision = route(asked, candidates);
  // Whoever only waits for a place waits in turn with the others (`takeSlot`), rather than for nobody.
  if (decision.selected === null && candidates.some(({ fullRuntime }) => fullRuntime)) {
    candidates = candidates.map((one) => ({ ...one, fullRuntime: null }));
    decision = route(asked, candidates);
  }
  let why = next === null || next.reason === '' ? '' : ` ${next.reason}.`;
  if (decision.selected === null && (request.excluded ?? []).length > 0) {
    asked = { ...request, excluded: [] };
    decision = route(asked, candidates);
    why += ' Nobody else fits, so those that failed at it before are asked again.';
  }
  // Named for this attempt, by a person or to try again: no score of another's counts, only whether it may take it.
  const named = decision.candidates.find(({ agentId, score }) => agentId === next?.preferredAgent && score !== null);
  const selected = named?.agentId ?? decision.selected;
  const agent = selected === null ? null : await tx.agents.get(session.teamId, selected);
  if (!agent) {
    const could = candidates.some(
      ({ agent: { enabled, draining, primaryCapabilities: primary, secondaryCapabilities: secondary } }) =>
        enabled &&
        !draining &&
        request.requiredCapabilities.every((one) => primary.includes(one) || secondary.includes(one)),
    );
    const busy = decision.candidates.filter(lacksOnlySlot).map(({ agentId }) => agentId);
    return { refused: decision.sentence, forGood: !could, busy };
  }
  if (named !== undefined && named.agentId !== decision.selected)
    decision = { ...decision, selected, sentence: `${agent.name} takes it because it was named for this attempt.` };
  const probe = candidates.find((candidate) => candidate.agent.id === agent.id)?.probe ?? false;
  return { agent, sentence: `${decision.sentence}${why}`, candidates: decision.candidates, request: asked, probe };
}

/**
 * The agent under whose name a person's decision is carried out: nobody runs, so nobody is chosen. One that has left the
 * fleet since must not keep the decision from being carried out, so another stands in; its record does not count it.
 */
export async function withoutAgent(
  tx: Tx,
  session: Session,
  agentId: string,
  sentence: string,
): Promise<Choice | NoChoice> {
  const agent = (await tx.agents.get(session.teamId, agentId)) ?? (await tx.agents.list(session.teamId))[0];
  if (!agent) return { refused: 'the team has no agent left', forGood: true, busy: [] };
  return { agent, sentence, candidates: [], request: null, probe: false };
}
