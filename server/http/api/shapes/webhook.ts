import { z } from 'zod';
import { deliveryStatuses } from '../../../domain/webhook.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

export const webhookShape = z
  .strictObject({
    id,
    version: z.int(),
    name: z.string(),
    url: z.string(),
    types: z.array(z.string()).describe('Empty: every event of the team.'),
    enabled: z.boolean(),
    disabledReason: z.string().nullable(),
    previousSecretUntil: time.nullable(),
    failuresInARow: count,
    circuitOpenUntil: time.nullable(),
    deliveries: z.strictObject({ pending: count, failed: count, delivered: count, dead: count }),
    createdBy: id.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Webhook' });

/** The only answers that ever hold the secret. */
export const newWebhookShape = webhookShape.extend({ secret: z.string() }).meta({ id: 'NewWebhook' });

export const deliveryShape = z
  .strictObject({
    id,
    webhookId: id,
    eventId: id.nullable(),
    type: z.string(),
    status: z.enum(deliveryStatuses),
    attempts: count,
    replays: count,
    nextAt: time.nullable().describe('Of one that waits.'),
    statusCode: z.int().nullable(),
    error: z.string().nullable(),
    response: z.string().nullable().describe('The first 2 KiB of the last answer.'),
    durationMs: count.nullable(),
    createdAt: time,
    triedAt: time.nullable(),
    settledAt: time.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

export function webhookOut(webhook: Answered<'webhooks', 'get'>): z.output<typeof webhookShape> {
  const { id, version, name, url, types, enabled, disabledReason, failuresInARow, deliveries, createdBy } = webhook;
  return {
    id,
    version,
    name,
    url,
    types: [...types],
    enabled,
    disabledReason,
    previousSecretUntil: iso(webhook.previousUntil),
    failuresInARow,
    circuitOpenUntil: iso(webhook.circuitOpenUntil),
    deliveries: { ...deliveries },
    createdBy,
    createdAt: iso(webhook.createdAt),
  };
}

export function deliveryOut(delivery: Answered<'webhooks', 'replay'>): z.output<typeof deliveryShape> {
  const { teamId: _, nextAt, createdAt, triedAt, settledAt, ...rest } = delivery;
  const waits = rest.status === 'pending' || rest.status === 'failed';
  return {
    ...rest,
    nextAt: waits ? iso(nextAt) : null,
    createdAt: iso(createdAt),
    triedAt: iso(triedAt),
    settledAt: iso(settledAt),
  };
}
