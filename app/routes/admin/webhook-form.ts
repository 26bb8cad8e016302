import type { DeliveryStatus } from '../../../server/domain/webhook.ts';
import type { Sign } from '../../status.ts';

export const webhookLabels = { name: 'Name', url: 'Address', types: 'Events' };

/** What the form of a webhook holds. */
export interface WebhookFormValues {
  name?: string;
  url?: string;
  types?: string[];
}

/** No box ticked means every event, so the list is there either way. */
export function webhookValues(values: Record<string, unknown>): unknown {
  return { ...values, types: [values.types ?? []].flat() };
}

export const deliverySigns: Record<DeliveryStatus, Sign> = {
  pending: { word: 'PENDING', glyph: 'clock', tone: 'quiet', meaning: 'It is about to be sent.' },
  failed: { word: 'FAILED', glyph: 'warning', tone: 'caution', meaning: 'A try failed; it is tried again by itself.' },
  delivered: { word: 'DELIVERED', glyph: 'check', tone: 'done', meaning: 'The receiver answered with a 2xx status.' },
  dead: {
    word: 'DEAD',
    glyph: 'cross',
    tone: 'broken',
    meaning: 'Every try failed; it is sent again only by a replay.',
  },
};
