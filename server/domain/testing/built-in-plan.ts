import { expandDefinition, type PlanTask } from '../blueprint.ts';
import { builtInBlueprints } from '../built-in-blueprints.ts';

/** The plan of a built-in blueprint. */
export function builtInPlan(
  key: string,
  parameters: Record<string, unknown>,
  session: { title: string; prompt: string },
): PlanTask[] {
  const blueprint = builtInBlueprints.find((known) => known.key === key);
  if (blueprint === undefined) throw new Error(`There is no built-in blueprint ${key}`);
  return expandDefinition(blueprint, parameters, session);
}
