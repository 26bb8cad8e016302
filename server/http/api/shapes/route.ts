import { z } from 'zod';
import { agentStates, agentTiers, agentTypes } from '../../../domain/agent.ts';
import type { Answered } from '../services.ts';
import { loadShape } from './agent.ts';
import { count, id, iso, time } from './fields.ts';

const part = z.number();

const parts = z.strictObject({
  capability: part,
  performance: part,
  load: part,
  technology: part,
  sessionType: part,
  complexity: part,
  tierMultiplier: part,
  bonus: part,
});

export const routeShape = z
  .strictObject({
    selected: id.nullable(),
    sentence: z.string(),
    candidates: z.array(
      z.strictObject({
        agentId: id,
        name: z.string(),
        type: z.enum(agentTypes),
        /** Null when it was removed. */
        score: z.number().nullable(),
        parts,
        removedBy: z.string().nullable(),
        state: z.enum(agentStates),
        tier: z.enum(agentTiers),
        load: loadShape,
        overall: z.number(),
        /** Whether choosing it would be the one probe of a degraded agent. */
        probe: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Route' });

export function routeOut(decided: Answered<'routing', 'dryRun'>): z.output<typeof routeShape> {
  const { selected, sentence, candidates } = decided;
  return {
    selected,
    sentence,
    candidates: candidates.map((one) => ({ ...one, parts: { ...one.parts }, load: { ...one.load } })),
  };
}

const ranked = z.strictObject({ agentId: id, name: z.string(), score: z.number() }).nullable();

export const whatIfShape = z
  .strictObject({
    weights: z.strictObject({
      capability: part,
      performance: part,
      load: part,
      technology: part,
      sessionType: part,
      complexity: part,
    }),
    days: count,
    /** How many decisions were asked again. */
    decisions: count,
    changed: z.array(
      z.strictObject({
        decisionId: id,
        at: time,
        sessionSlug: z.string(),
        taskId: id,
        taskTitle: z.string(),
        before: ranked,
        after: ranked,
      }),
    ),
    wins: z.array(z.strictObject({ agentId: id, name: z.string(), before: count, after: count })),
  })
  .meta({ id: 'WhatIf' });

export function whatIfOut(answer: Answered<'routing', 'whatIf'>): z.output<typeof whatIfShape> {
  const { weights, days, decisions, changed, wins } = answer;
  return {
    weights: { ...weights },
    days,
    decisions,
    wins,
    changed: changed.map((one) => ({ ...one, at: iso(one.at) })),
  };
}
