import { webhooks } from '../../../db/schema/webhooks.ts';
import type { Webhook } from '../../application/webhook-port.ts';
import type { Row } from './handle.ts';
import { decode } from './rows.ts';

/** Without its secrets, which no reader needs. */
export function webhookOf(row: Row): Webhook {
  const { secret: _, previousSecret: __, removedAt: ___, previousUntil, ...webhook } = decode(webhooks, row);
  return { ...webhook, previousUntil };
}
