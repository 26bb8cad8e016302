/** Who gets a task: filter, score and one sentence (domain.md 3.5). */
import { type Agent, type AgentTier, type AgentType, type Capability, overallOf } from './agent.ts';
import type { SessionType } from './session.ts';
import type { Complexity } from './task.ts';

export interface RouteRequest {
  readonly teamId: string;
  readonly requiredCapabilities: readonly Capability[];
  readonly technologies: readonly string[];
  readonly sessionType: SessionType;
  readonly complexity: Complexity;
  /** Id or name. */
  readonly preferredAgent: string | null;
  readonly preferredAgentType: AgentType | null;
  /** Agents that have just failed at this task. */
  readonly excluded?: readonly string[];
}

/** An agent and what else decides about it at this moment. */
export interface RouteCandidate {
  readonly agent: Agent;
  readonly circuit: 'closed' | 'open' | 'half_open';
  /** Whether this would be the one probe of a degraded agent. */
  readonly probe?: boolean;
  /** When it last finished something; the longest idle wins a tie. */
  readonly idleSince?: Date | null;
}

export interface RouteParts {
  readonly capability: number;
  readonly performance: number;
  readonly load: number;
  readonly technology: number;
  readonly sessionType: number;
  readonly complexity: number;
  readonly tierMultiplier: number;
  readonly bonus: number;
}

export interface RoutedCandidate {
  readonly agentId: string;
  readonly name: string;
  /** Null when it was removed. */
  readonly score: number | null;
  readonly parts: RouteParts;
  readonly removedBy: string | null;
}

export interface Route {
  readonly selected: string | null;
  readonly sentence: string;
  readonly candidates: readonly RoutedCandidate[];
}

/** How much each part of a score counts; together 1. */
export interface RouteWeights {
  readonly capability: number;
  readonly performance: number;
  readonly load: number;
  readonly technology: number;
  readonly sessionType: number;
  readonly complexity: number;
}

/** domain.md 3.5. */
export const routeWeights: RouteWeights = {
  capability: 0.25,
  performance: 0.3,
  load: 0.15,
  technology: 0.15,
  sessionType: 0.05,
  complexity: 0.1,
};
const multipliers: Record<AgentTier, number> = { elite: 1.1, advanced: 1.05, competent: 1, trainee: 0.9, degraded: 0 };
const complexityFactors: Record<Complexity, number> = { trivial: 0.5, simple: 1, moderate: 2, complex: 2.5, expert: 3 };

/** Chooses an agent. Never throws: without a fitting one `selected` is null and the sentence says why. */
export function route(request: RouteRequest, candidates: readonly RouteCandidate[]): Route {
  const rated = candidates.map((candidate) => {
    const removedBy = removal(request, candidate);
    const parts = partsOf(request, candidate);
    return { candidate, removedBy, parts, score: removedBy === null ? scoreOf(parts) : null };
  });
  const fitting = rated
    .flatMap(({ candidate, score, parts }) => (score === null ? [] : [{ candidate, score, parts }]))
    .sort((a, b) => b.score - a.score || tie(a.candidate, b.candidate));
  const best = fitting[0];
  return {
    selected: best?.candidate.agent.id ?? null,
    sentence:
      best === undefined
        ? nobody(request, rated)
        : chosen(best.candidate.agent, best.score, fitting.length, candidates.length),
    candidates: rated.map(({ candidate, score, parts, removedBy }) => ({
      agentId: candidate.agent.id,
      name: candidate.agent.name,
      score,
      parts,
      removedBy,
    })),
  };
}

/** tierMultiplier × Σ weight · part + bonus. */
export function scoreOf(parts: RouteParts, weights: RouteWeights = routeWeights): number {
  const sum =
    weights.capability * parts.capability +
    weights.performance * parts.performance +
    weights.load * parts.load +
    weights.technology * parts.technology +
    weights.sessionType * parts.sessionType +
    weights.complexity * parts.complexity;
  return parts.tierMultiplier * sum + parts.bonus;
}

function removal(request: RouteRequest, { agent, circuit, probe = false }: RouteCandidate): string | null {
  const has = (capability: Capability) =>
    agent.primaryCapabilities.includes(capability) || agent.secondaryCapabilities.includes(capability);
  const missing = request.requiredCapabilities.filter((capability) => !has(capability));
  const avoided = agent.avoidedTechnologies.filter((one) => includes(request.technologies, one));
  const free = agent.load.current < agent.load.max;
  if (agent.teamId !== request.teamId) return 'belongs to another team';
  if (!agent.enabled) return 'is disabled';
  if (agent.draining) return 'is draining';
  if (agent.state !== 'online' && agent.state !== 'busy') return `is ${agent.state}`;
  if (request.excluded?.includes(agent.id)) return 'has just failed at this task';
  if (missing.length > 0) return `lacks ${missing.join(', ')}`;
  if (!free) return `has no free slot (${agent.load.current} of ${agent.load.max})`;
  if (complexityFactors[request.complexity] > 2 && agent.load.level === 'critical') {
    return `is too loaded for a ${request.complexity} task`;
  }
  if (avoided.length > 0) return `avoids ${avoided.join(', ')}`;
  if (agent.tier === 'degraded' && !probe) return 'has the tier degraded';
  const exempt = agent.tier === 'trainee' || probe;
  const overall = overallOf(agent.performance);
  if (!exempt && overall < agent.minimumQuality) {
    return `has an overall of ${overall.toFixed(2)}, below its minimum of ${agent.minimumQuality}`;
  }
  return circuit === 'open' ? 'has a runtime whose circuit is open' : null;
}

function partsOf(request: RouteRequest, { agent, probe = false }: RouteCandidate): RouteParts {
  const held = request.requiredCapabilities.map((one): number => {
    if (agent.primaryCapabilities.includes(one)) return 1;
    return agent.secondaryCapabilities.includes(one) ? 0.7 : 0;
  });
  const matched = request.technologies.filter((one) => includes(agent.preferredTechnologies, one)).length;
  const prefers = agent.preferredSessionTypes;
  const asked = request.preferredAgent !== null && [agent.id, agent.name].includes(request.preferredAgent);
  return {
    capability: held.length === 0 ? 1 : held.reduce((sum, one) => sum + one, 0) / held.length,
    performance: overallOf(agent.performance),
    load: 1 - Math.min(agent.load.utilisation, 1),
    technology: request.technologies.length === 0 ? 1 : matched / request.technologies.length,
    sessionType: prefers.length === 0 || prefers.includes(request.sessionType) ? 1 : 0.3,
    complexity: complexityPart(complexityFactors[request.complexity], agent.preferredComplexity),
    tierMultiplier: agent.tier === 'degraded' && probe ? 0.5 : multipliers[agent.tier],
    bonus: (asked ? 0.2 : 0) + (request.preferredAgentType === agent.type ? 0.3 : 0),
  };
}

function complexityPart(factor: number, prefers: Agent['preferredComplexity']): number {
  const hard = prefers === 'complex' || prefers === 'expert';
  if (factor > 2 && hard) return 1;
  return factor > 1.5 && (hard || prefers === 'moderate') ? 0.8 : 0.6;
}

function includes(list: readonly string[], technology: string): boolean {
  return list.some((one) => one.toLowerCase() === technology.toLowerCase());
}

function tie(a: RouteCandidate, b: RouteCandidate): number {
  const idle = (candidate: RouteCandidate) => candidate.idleSince?.getTime() ?? 0;
  const names = a.agent.name < b.agent.name ? -1 : 1;
  return a.agent.load.utilisation - b.agent.load.utilisation || idle(a) - idle(b) || names;
}

function chosen(agent: Agent, score: number, fitting: number, all: number): string {
  const others = fitting === 1 ? 'the only one that fits' : `the best of ${fitting} that fit`;
  return `${agent.name} (${agent.tier}, load ${agent.load.current} of ${agent.load.max}) scores ${score.toFixed(3)}: ${others} among ${all}.`;
}

function nobody(
  request: RouteRequest,
  rated: readonly { candidate: RouteCandidate; removedBy: string | null }[],
): string {
  const needed = request.requiredCapabilities.join(', ');
  if (rated.length === 0) return `No agent is registered for ${needed}.`;
  const reasons = rated.slice(0, 5).map(({ candidate, removedBy }) => `${candidate.agent.name} ${removedBy ?? ''}`);
  const more = rated.length > 5 ? ` and ${rated.length - 5} more` : '';
  return `No agent fits ${needed}: ${reasons.join('; ')}${more}.`;
}
