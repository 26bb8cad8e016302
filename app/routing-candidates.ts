import { z } from 'zod';
import { agentStates, agentTiers } from '../server/domain/agent.ts';
import { type RouteParts, type RouteWeights, routeWeights } from '../server/domain/routing.ts';
import { storedCandidate } from '../server/domain/routing-replay.ts';

/** With what stood at that moment, which may be missing in one that was stored long ago. */
const candidate = storedCandidate.extend({
  removedBy: z.string().nullable(),
  state: z.enum(agentStates).optional(),
  tier: z.enum(agentTiers).optional(),
  load: z.object({ current: z.number(), max: z.number() }).optional(),
});
export type ShownCandidate = z.infer<typeof candidate>;

export interface Ranking {
  /** Those that fit, the best first. */
  readonly fitting: readonly (ShownCandidate & { readonly score: number })[];
  readonly removed: readonly (ShownCandidate & { readonly removedBy: string })[];
}

/** The candidates of a decision in the order they are read: the chosen one, who else would have done, who would not. */
export function rankingOf(stored: readonly unknown[], selected: string | null): Ranking {
  const known = stored.flatMap((one) => {
    const parsed = candidate.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  const fitting = known
    .flatMap((one) => (one.score === null ? [] : [{ ...one, score: one.score }]))
    .sort((a, b) => Number(b.agentId === selected) - Number(a.agentId === selected) || b.score - a.score);
  const removed = known.flatMap((one) =>
    one.score === null ? [{ ...one, removedBy: one.removedBy ?? 'was left out' }] : [],
  );
  return { fitting, removed };
}

export const partNames = ['capability', 'performance', 'load', 'technology', 'sessionType', 'complexity'] as const;
export type PartName = (typeof partNames)[number];

export const partWords: Record<PartName, string> = {
  capability: 'Capability',
  performance: 'Performance',
  load: 'Load',
  technology: 'Technology',
  sessionType: 'Session type',
  complexity: 'Complexity',
};

/** What each part adds to the score, the tier's factor already in it; the bonus is the last. */
export function sharesOf(
  parts: RouteParts,
  weights: RouteWeights = routeWeights,
): { name: PartName | 'bonus'; share: number }[] {
  return [
    ...partNames.map((name) => ({ name, share: parts.tierMultiplier * weights[name] * parts[name] })),
    { name: 'bonus' as const, share: parts.bonus },
  ];
}
