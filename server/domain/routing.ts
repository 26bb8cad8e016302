/** Who gets a task: filter, score and one sentence (domain.md 3.5). */
import {
  type Agent,
  type AgentState,
  type AgentTier,
  type AgentType,
  type Capability,
  type Load,
  overallOf,
} from './agent.ts';
import { chosenSentence, nobodySentence } from './routing-sentence.ts';
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
  /** Until when its runtime waits for the provider's quota; null when it does not. */
  readonly parkedUntil?: Date | null;
  /** Why its runtime takes no new attempt, as the end of "has a runtime that …"; null when it does. */
  readonly runtimeRefusal?: string | null;
  /** How full its runtime is, when every place there is taken; null when one is free. */
  readonly fullRuntime?: string | null;
  /** Whether the session is on its runtime already, elsewhere: files and models are warm there. */
  readonly sticky?: boolean;
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

/** A candidate as the decision keeps it: health and load are those of that moment. */
export interface RoutedCandidate {
  readonly agentId: string;
  readonly name: string;
  readonly type: AgentType;
  /** Null when it was removed. */
  readonly score: number | null;
  readonly parts: RouteParts;
  readonly removedBy: string | null;
  readonly state: AgentState;
  readonly tier: AgentTier;
  readonly load: Load;
  readonly overall: number;
  /** Whether choosing it would be the one probe of a degraded agent. */
  readonly probe: boolean;
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

/** A session stays on the server it is on, as long as nobody else is clearly better (engine.md 6). */
const stickyBonus = 0.1;

const multipliers: Record<AgentTier, number> = { elite: 1.1, advanced: 1.05, competent: 1, trainee: 0.9, degraded: 0 };
const complexityFactors: Record<Complexity, number> = { trivial: 0.5, simple: 1, moderate: 2, complex: 2.5, expert: 3 };

/** Chooses an agent. Never throws: without a fitting one `selected` is null and the sentence says why. */
export function route(request: RouteRequest, candidates: readonly RouteCandidate[]): Route {
  // A fleet of a thousand is judged for each task: one pass, and nothing is built that the answer does not hold.
  const rated: RoutedCandidate[] = [];
  let best: RouteCandidate | null = null;
  let bestRated: RoutedCandidate | null = null;
  let second: RouteCandidate | null = null;
  let secondRated: RoutedCandidate | null = null;
  let fitting = 0;
  for (const candidate of candidates) {
    const one = rate(request, candidate);
    rated.push(one);
    if (one.score === null) continue;
    fitting += 1;
    if (best === null || bestRated === null || before(one, candidate, bestRated, best)) {
      [second, secondRated] = [best, bestRated];
      [best, bestRated] = [candidate, one];
    } else if (second === null || secondRated === null || before(one, candidate, secondRated, second)) {
      [second, secondRated] = [candidate, one];
    }
  }
  return {
    selected: bestRated?.agentId ?? null,
    sentence:
      best === null || bestRated === null
        ? nobodySentence(request, rated)
        : chosenSentence(request, rated, {
            chosen: bestRated,
            runnerUp: secondRated,
            fitting,
            weights: routeWeights,
            idleLonger: (best.idleSince?.getTime() ?? 0) < (second?.idleSince?.getTime() ?? 0),
          }),
    candidates: rated,
  };
}

function rate(request: RouteRequest, candidate: RouteCandidate): RoutedCandidate {
  const { agent, probe = false } = candidate;
  let held = 0;
  let lacks = false;
  for (const one of request.requiredCapabilities) {
    const worth = heldBy(agent, one);
    held += worth;
    if (worth === 0) lacks = true;
  }
  const removedBy = removal(request, candidate, lacks);
  const parts = partsOf(request, candidate, held);
  return {
    agentId: agent.id,
    name: agent.name,
    type: agent.type,
    score: removedBy === null ? scoreOf(parts) : null,
    parts,
    removedBy,
    state: agent.state,
    tier: agent.tier,
    load: agent.load,
    overall: overallOf(agent.performance),
    probe,
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

const noFreeSlot = 'has no free slot';

/** Whether the candidate was removed because it is busy, having passed what is judged before that. */
export function lacksOnlySlot({ removedBy }: Pick<RoutedCandidate, 'removedBy'>): boolean {
  return removedBy?.startsWith(noFreeSlot) ?? false;
}

function removal(request: RouteRequest, candidate: RouteCandidate, lacks: boolean): string | null {
  const { agent, circuit, parkedUntil = null, probe = false } = candidate;
  const { runtimeRefusal = null, fullRuntime = null } = candidate;
  if (agent.teamId !== request.teamId) return 'belongs to another team';
  if (!agent.enabled) return 'is disabled';
  if (agent.draining) return 'is draining and takes no new work';
  if (agent.state !== 'online' && agent.state !== 'busy') return `is ${agent.state}`;
  if (request.excluded?.includes(agent.id)) return 'has just failed at this task';
  if (lacks) {
    return `lacks ${request.requiredCapabilities.filter((one) => heldBy(agent, one) === 0).join(', ')}`;
  }
  if (agent.load.current >= agent.load.max) {
    return `${noFreeSlot} (${agent.load.current} of ${agent.load.max})`;
  }
  if (complexityFactors[request.complexity] > 2 && agent.load.level === 'critical') {
    return `is too loaded for a ${request.complexity} task`;
  }
  if (request.technologies.length > 0) {
    const { avoidedTechnologies: avoids } = agent;
    const avoided = avoids.length === 0 ? avoids : avoids.filter((one) => includes(request.technologies, one));
    if (avoided.length > 0) return `avoids ${avoided.join(', ')}`;
  }
  if (agent.tier === 'degraded' && !probe) return 'has the tier degraded';
  const overall = overallOf(agent.performance);
  if (overall < agent.minimumQuality && agent.tier !== 'trainee' && !probe) {
    return `has an overall of ${overall.toFixed(2)}, below its minimum of ${agent.minimumQuality}`;
  }
  if (parkedUntil !== null) return `has a runtime that waits for its quota until ${parkedUntil.toISOString()}`;
  if (circuit === 'open') return 'has a runtime whose circuit is open';
  if (runtimeRefusal !== null) return `has a runtime that ${runtimeRefusal}`;
  return fullRuntime === null ? null : `has a runtime that is full (${fullRuntime})`;
}

function partsOf(
  request: RouteRequest,
  { agent, probe = false, sticky = false }: RouteCandidate,
  held: number,
): RouteParts {
  const { requiredCapabilities: required, technologies } = request;
  let matched = 0;
  for (const one of technologies) if (includes(agent.preferredTechnologies, one)) matched += 1;
  const prefers = agent.preferredSessionTypes;
  const asked = isAsked(request, agent);
  return {
    capability: required.length === 0 ? 1 : held / required.length,
    performance: overallOf(agent.performance),
    load: 1 - Math.min(agent.load.utilisation, 1),
    technology: technologies.length === 0 ? 1 : matched / technologies.length,
    sessionType: prefers.length === 0 || prefers.includes(request.sessionType) ? 1 : 0.3,
    complexity: complexityPart(complexityFactors[request.complexity], agent.preferredComplexity),
    tierMultiplier: agent.tier === 'degraded' && probe ? 0.5 : multipliers[agent.tier],
    bonus: (asked ? 0.2 : 0) + (request.preferredAgentType === agent.type ? 0.3 : 0) + (sticky ? stickyBonus : 0),
  };
}

/** What a capability counts: 1 held as primary, 0.7 as secondary, 0 not held. */
function heldBy(agent: Agent, capability: Capability): number {
  if (agent.primaryCapabilities.includes(capability)) return 1;
  return agent.secondaryCapabilities.includes(capability) ? 0.7 : 0;
}

function isAsked({ preferredAgent }: RouteRequest, { id, name }: Pick<Agent, 'id' | 'name'>): boolean {
  return preferredAgent !== null && (preferredAgent === id || preferredAgent === name);
}

function complexityPart(factor: number, prefers: Agent['preferredComplexity']): number {
  const hard = prefers === 'complex' || prefers === 'expert';
  if (factor > 2 && hard) return 1;
  return factor > 1.5 && (hard || prefers === 'moderate') ? 0.8 : 0.6;
}

function includes(list: readonly string[], technology: string): boolean {
  for (const one of list) {
    if (one === technology) return true;
    if (one.length === technology.length && one.toLowerCase() === technology.toLowerCase()) return true;
  }
  return false;
}

/** Whether the first comes before the second: by score, then lower utilisation, then longest idle, then name. */
function before(a: RoutedCandidate, of: RouteCandidate, b: RoutedCandidate, other: RouteCandidate): boolean {
  const difference = (a.score ?? 0) - (b.score ?? 0);
  if (difference !== 0) return difference > 0;
  if (a.load.utilisation !== b.load.utilisation) return a.load.utilisation < b.load.utilisation;
  const idle = (of.idleSince?.getTime() ?? 0) - (other.idleSince?.getTime() ?? 0);
  return idle === 0 ? a.name < b.name : idle < 0;
}
