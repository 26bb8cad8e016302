/** A stored decision asked again under other weights (domain.md 3.5). */
import { z } from 'zod';
import { type RouteWeights, scoreOf } from './routing.ts';

const part = z.number();
/** A candidate as a decision keeps it: what every stored one has. */
export const storedCandidate = z.object({
  agentId: z.string(),
  name: z.string(),
  score: z.number().nullable(),
  parts: z.object({
    capability: part,
    performance: part,
    load: part,
    technology: part,
    sessionType: part,
    complexity: part,
    tierMultiplier: part,
    bonus: part,
  }),
});

export interface Ranked {
  readonly agentId: string;
  readonly name: string;
  readonly score: number;
}

export interface Replay {
  /** As it was decided. */
  readonly before: Ranked | null;
  /** As these weights decide. */
  readonly after: Ranked | null;
}

/**
 * Scores the candidates that fitted anew; those removed stay removed, whatever the weights. What broke a tie is not
 * kept, so of equal ones the one that was chosen stays. Null for a decision nobody was scored in.
 */
export function replay(
  decision: { readonly selectedAgentId: string | null; readonly candidates: readonly unknown[] },
  weights: RouteWeights,
): Replay | null {
  const fitting = decision.candidates.flatMap((raw) => {
    const { data } = storedCandidate.safeParse(raw);
    if (data === undefined || data.score === null) return [];
    return [{ agentId: data.agentId, name: data.name, was: data.score, score: scoreOf(data.parts, weights) }];
  });
  if (fitting.length === 0) return null;
  const chosen = fitting.find(({ agentId }) => agentId === decision.selectedAgentId);
  let best = chosen ?? fitting[0];
  for (const one of fitting) if (best === undefined || one.score > best.score + 1e-9) best = one;
  return {
    before: chosen === undefined ? null : { agentId: chosen.agentId, name: chosen.name, score: chosen.was },
    after: best === undefined ? null : { agentId: best.agentId, name: best.name, score: best.score },
  };
}
