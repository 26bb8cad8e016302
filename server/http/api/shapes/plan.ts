import { z } from 'zod';
import { capabilities } from '../../../domain/agent.ts';
import { estimateSources } from '../../../domain/estimate.ts';
import type { PlanPreview } from '../../../domain/plan-preview.ts';
import { complexities, dependencyTypes } from '../../../domain/task.ts';
import { count } from './fields.ts';

const hours = z.number().min(0);
const spread = z.strictObject({ p50: z.number().min(0), p90: z.number().min(0) });
const key = z.string();

export const envelopeShape = z
  .strictObject({ workHours: spread, elapsedHours: spread, tokens: spread, costUsd: spread.nullable() })
  .meta({ id: 'Envelope' });

export const basisShape = z.strictObject({
  samples: count,
  tokensPerHour: z.number().min(0),
  tokensSource: z.enum(['history', 'assumed']),
  usdPerMillionTokens: z.number().min(0).nullable(),
});

export const collisionShape = z.strictObject({
  first: key,
  second: key,
  globs: z.array(z.array(z.string()).length(2)),
});

/** A plan before anything runs: tasks by key, how they would run, and what they are likely to take. */
export const planPreviewShape = z
  .strictObject({
    tasks: z.array(
      z.strictObject({
        key,
        title: z.string(),
        description: z.string(),
        capabilities: z.array(z.enum(capabilities)),
        technologies: z.array(z.string()),
        estimate: z.strictObject({
          optimistic: hours,
          likely: hours,
          pessimistic: hours,
          expected: hours,
          sd: hours,
          confidence: z.number().min(0).max(1),
          source: z.enum(estimateSources),
        }),
        complexity: z.enum(complexities),
        writes: z.array(z.string()),
        predictedWrites: z.array(z.string()),
        verification: z.array(z.string()),
        optional: z.boolean(),
      }),
    ),
    /** `from` is the prerequisite. */
    edges: z.array(
      z.strictObject({
        from: key,
        to: key,
        type: z.enum(dependencyTypes),
        required: z.boolean(),
        lagSeconds: count,
      }),
    ),
    waves: z.array(z.array(key)),
    criticalPath: z.array(key),
    slackHours: z.record(z.string(), z.number().min(0)),
    envelope: envelopeShape,
    basis: basisShape,
    collisions: z.array(collisionShape),
  })
  .meta({ id: 'PlanPreview' });

export function planPreviewOut(preview: PlanPreview): z.output<typeof planPreviewShape> {
  const { tasks, edges, waves, criticalPath, slackHours, envelope, basis, collisions } = preview;
  return {
    tasks: tasks.map((task) => ({
      key: task.key,
      title: task.title,
      description: task.description,
      capabilities: [...task.capabilities],
      technologies: [...task.technologies],
      estimate: { ...task.estimate },
      complexity: task.complexity,
      writes: [...task.writes],
      predictedWrites: [...task.predictedWrites],
      verification: [...task.verification],
      optional: task.optional,
    })),
    edges: edges.map(({ from, to, type, required, lagSeconds }) => ({ from, to, type, required, lagSeconds })),
    waves: waves.map((wave) => [...wave]),
    criticalPath: [...criticalPath],
    slackHours: { ...slackHours },
    envelope,
    basis,
    collisions: collisions.map(({ first, second, globs }) => ({
      first,
      second,
      globs: globs.map((pair) => [...pair]),
    })),
  };
}
