import type { TimelineEvent } from '../domain/events.ts';
import type { Delivery } from './webhook-port.ts';

/** What is posted: the event without the team's inner numbers; the same bytes at every try. */
export function bodyOf(
  { id, type, createdAt }: Pick<Delivery, 'id' | 'type' | 'createdAt'>,
  { event, payload }: { event: TimelineEvent | null; payload: Record<string, unknown> | null },
): string {
  if (event !== null) {
    const { sessionId, seq, at, actor, v } = event;
    return JSON.stringify({ id: event.id, type: event.type, at, sessionId, seq, actor, payload: event.payload, v });
  }
  const actor = { kind: 'system', id: null, name: 'webhooks' };
  return JSON.stringify({ id, type, at: createdAt, sessionId: null, seq: null, actor, payload: payload ?? {}, v: 1 });
}
