/** Why a routing decision came out as it did, in one sentence (domain.md 3.5). */
import type { RoutedCandidate, RouteParts, RouteRequest, RouteWeights } from './routing.ts';

interface Outcome {
  readonly chosen: RoutedCandidate;
  readonly runnerUp: RoutedCandidate | null;
  readonly fitting: number;
  readonly weights: RouteWeights;
  /** Whether the chosen one was idle longer than the next, which breaks a tie. */
  readonly idleLonger: boolean;
}

/** Who was chosen, what put it ahead of the next one, and why an agent that was asked for is not it. */
export function chosenSentence(
  request: RouteRequest,
  candidates: readonly RoutedCandidate[],
  { chosen, runnerUp, fitting, weights, idleLonger }: Outcome,
): string {
  const { name, tier, load, score, probe } = chosen;
  const who = `${name} (${probe ? 'degraded, on probation' : tier}, load ${load.current} of ${load.max})`;
  const asked = askedSentence(request, candidates, chosen);
  if (runnerUp === null)
    return `${who} scores ${shown(score)}: the only one that fits among ${candidates.length}${asked}.`;
  const lead =
    leadOver(chosen, runnerUp, weights) ?? (idleLonger ? 'having been idle longer' : 'the order of their names');
  const place = `the best of ${fitting} that fit among ${candidates.length}`;
  return `${who} scores ${shown(score)}: ${place}, ahead of ${runnerUp.name} (${shown(runnerUp.score)}) by ${lead}${asked}.`;
}

/** Why no candidate fits. */
export function nobodySentence(request: RouteRequest, candidates: readonly RoutedCandidate[]): string {
  const needed = request.requiredCapabilities.join(', ');
  if (candidates.length === 0) return `No agent is registered for ${needed}.`;
  const reasons = candidates.slice(0, 5).map(({ name, removedBy }) => `${name} ${removedBy ?? ''}`);
  const more = candidates.length > 5 ? ` and ${candidates.length - 5} more` : '';
  return `No agent fits ${needed}: ${reasons.join('; ')}${more}.`;
}

const words: Record<keyof RouteWeights, string> = {
  capability: 'its capabilities',
  performance: 'its record',
  load: 'its lower load',
  technology: 'the technologies it prefers',
  sessionType: 'the kind of session it prefers',
  complexity: 'the difficulty it prefers',
};

/** Being asked for gives 0.2 and more; less comes from the runtime alone. */
function bonusWords(lead: number): string {
  return lead < 0.15 ? 'the bonus of being where the session is' : 'the bonus of being asked for';
}

/** The two parts that give the lead most of its size; with equal scores the lower load, or null. */
function leadOver(chosen: RoutedCandidate, other: RoutedCandidate, weights: RouteWeights): string | null {
  const mine = chosen.parts.tierMultiplier;
  const parts = Object.entries(words).map(([part, word]): [string, number] => {
    const key = part as keyof RouteWeights;
    return [word, mine * weights[key] * (chosen.parts[key] - other.parts[key])];
  });
  const all: [string, number][] = [
    ...parts,
    ['its tier', (mine - other.parts.tierMultiplier) * weighted(other.parts, weights)],
    [bonusWords(chosen.parts.bonus - other.parts.bonus), chosen.parts.bonus - other.parts.bonus],
  ];
  if (chosen.score === other.score) return chosen.load.utilisation < other.load.utilisation ? 'its lower load' : null;
  const ahead = all.filter(([, lead]) => lead > 0).sort((a, b) => b[1] - a[1]);
  return ahead
    .slice(0, 2)
    .map(([word]) => word)
    .join(' and ');
}

function weighted(parts: RouteParts, weights: RouteWeights): number {
  const keys = Object.keys(words) as (keyof RouteWeights)[];
  return keys.reduce((sum, key) => sum + weights[key] * parts[key], 0);
}

function askedSentence(
  { preferredAgent, preferredAgentType }: RouteRequest,
  candidates: readonly RoutedCandidate[],
  chosen: RoutedCandidate,
): string {
  const because = ({ name, removedBy, score }: RoutedCandidate) =>
    `${name}, which ${removedBy ?? `scores ${shown(score)} even so`}`;
  if (preferredAgent !== null) {
    const asked = candidates.find(({ agentId, name }) => agentId === preferredAgent || name === preferredAgent);
    if (asked === undefined) return `; asked for was ${preferredAgent}, which is no longer in the fleet`;
    return asked.agentId === chosen.agentId ? '; it was asked for' : `; asked for was ${because(asked)}`;
  }
  if (preferredAgentType === null) return '';
  const ofType = candidates.filter(({ type }) => type === preferredAgentType);
  if (ofType.length === 0) return `; asked for was the type ${preferredAgentType}, of which there is no agent`;
  if (ofType.some(({ agentId }) => agentId === chosen.agentId)) return `; the type ${preferredAgentType} was asked for`;
  return `; asked for was the type ${preferredAgentType}: ${ofType.slice(0, 2).map(because).join(', ')}`;
}

function shown(score: number | null): string {
  return (score ?? 0).toFixed(3);
}
