/** What may be asked of routing: a dry run, and other weights for the decisions of the last weeks (domain.md 3.5). */
import { z } from 'zod';
import { agentTypes } from './agent.ts';
import { capability } from './agent-input.ts';
import { type RouteWeights, routeWeights } from './routing.ts';
import { sessionTypes } from './session.ts';
import { complexities } from './task.ts';
import { text } from './text.ts';

/** A request as a dry run takes it; the agent that is asked for is an id or a name. */
export const routeInput = z.strictObject({
  requiredCapabilities: z
    .array(capability, { error: 'Name the capabilities the task needs' })
    .min(1, 'Name at least one capability')
    .max(20, 'At most 20 capabilities'),
  technologies: z
    .array(text('A technology', 1, 40))
    .max(20, 'At most 20 technologies')
    .default([]),
  sessionType: z.enum(sessionTypes, { error: `Choose one of ${sessionTypes.join(', ')}` }).default('execution'),
  complexity: z.enum(complexities, { error: `Choose one of ${complexities.join(', ')}` }).default('moderate'),
  preferredAgent: text('The agent', 1, 100).nullable().default(null),
  preferredAgentType: z
    .enum(agentTypes, { error: `Choose one of ${agentTypes.join(', ')}` })
    .nullable()
    .default(null),
});

const weight = z
  .number({ error: 'A weight is a number from 0 to 1' })
  .min(0, 'A weight is at least 0')
  .max(1, 'A weight is at most 1');

/** The six weights, which sum to 1, and over how many days the decisions are asked again. */
export const whatIfInput = z.strictObject({
  weights: z
    .strictObject(
      {
        capability: weight,
        performance: weight,
        load: weight,
        technology: weight,
        sessionType: weight,
        complexity: weight,
      },
      { error: ({ code }) => (code === 'invalid_type' ? 'Give the six weights by name' : undefined) },
    )
    .check(({ value, issues }) => {
      const sum = sumOf(value);
      if (Math.abs(sum - 1) <= 1e-9) return;
      const message = `The six weights sum to ${Number(sum.toFixed(9))}; they must sum to 1`;
      issues.push({ code: 'custom', input: value, message });
    }),
  days: z.int('Give whole days').min(1, 'At least 1 day').max(31, 'At most 31 days').default(30),
});

/** The sum of the six weights. */
export function sumOf(weights: RouteWeights): number {
  return weightNames.reduce((sum, name) => sum + weights[name], 0);
}

export const weightNames = Object.keys(routeWeights) as readonly (keyof RouteWeights)[];
