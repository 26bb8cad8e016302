import { z } from 'zod';
import type { PlanSource } from '../../../domain/session.ts';
import type { Answered } from '../services.ts';
import { count } from './fields.ts';
import { basisShape, collisionShape, envelopeShape, planPreviewOut, planPreviewShape } from './plan.ts';

/** Where a plan came from. */
const planSourceShape = z
  .strictObject({
    kind: z.enum(['blueprint', 'rule', 'planner', 'fallback']),
    blueprint: z.string().nullable(),
    blueprintVersion: z.string().nullable(),
    word: z.string().nullable(),
    offered: z.array(z.string()),
    rounds: count,
    sentence: z.string(),
  })
  .meta({ id: 'PlanSource' });

/** What a session would be planned by; `preview` is null when a planner will make its plan. */
export const sessionPlanPreviewShape = z
  .strictObject({ source: planSourceShape, preview: planPreviewShape.nullable() })
  .meta({ id: 'SessionPlanPreview' });

/** The plan of a session that has one; collisions are by task id. */
export const sessionPlanShape = z
  .strictObject({
    source: planSourceShape.nullable(),
    envelope: envelopeShape.nullable(),
    basis: basisShape.nullable(),
    collisions: z.array(collisionShape),
  })
  .meta({ id: 'SessionPlan' });

const sourceOut = (source: PlanSource) => ({ ...source, offered: [...source.offered] });

export function sessionPlanPreviewOut({
  source,
  preview,
}: Answered<'plans', 'preview'>): z.output<typeof sessionPlanPreviewShape> {
  return { source: sourceOut(source), preview: preview && planPreviewOut(preview) };
}

export function sessionPlanOut(plan: Answered<'plans', 'get'>): z.output<typeof sessionPlanShape> {
  return {
    source: plan?.source ? sourceOut(plan.source) : null,
    envelope: plan?.envelope ?? null,
    basis: plan?.basis ?? null,
    collisions: (plan?.collisions ?? []).map(({ first, second, globs }) => ({
      first,
      second,
      globs: globs.map((pair) => [...pair]),
    })),
  };
}
