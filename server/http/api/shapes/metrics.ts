import { z } from 'zod';
import type { Answered } from '../services.ts';
import { usageOut, usageShape } from './attempt.ts';
import { count } from './fields.ts';

const seconds = z.number().min(0);

export const metricsShape = z
  .strictObject({
    queueSeconds: seconds.nullable(),
    executionSeconds: seconds.nullable(),
    totalSeconds: seconds,
    usage: usageShape,
    apiCalls: count,
    apiErrors: count,
    errorRate: z.number().min(0),
    healthy: z.boolean(),
    retries: count,
    attempts: count,
    checkpoints: count,
    filesChanged: count,
    linesAdded: count,
    linesRemoved: count,
  })
  .meta({ id: 'Metrics' });

export function metricsOut(metrics: Answered<'metrics', 'ofSession'>): z.output<typeof metricsShape> {
  return {
    queueSeconds: metrics.queueSeconds,
    executionSeconds: metrics.executionSeconds,
    totalSeconds: metrics.totalSeconds,
    usage: usageOut(metrics.usage),
    apiCalls: metrics.apiCalls,
    apiErrors: metrics.apiErrors,
    errorRate: metrics.errorRate,
    healthy: metrics.healthy,
    retries: metrics.retries,
    attempts: metrics.attempts,
    checkpoints: metrics.checkpoints,
    filesChanged: metrics.filesChanged,
    linesAdded: metrics.linesAdded,
    linesRemoved: metrics.linesRemoved,
  };
}
