import { z } from 'zod';
import { eventTypes, type TimelineEvent } from '../../../domain/events.ts';
import type { OutputLine } from '../../../domain/output-search.ts';
import { count, id, iso, record, time } from './fields.ts';

export const eventShape = z
  .strictObject({
    id,
    cursor: count,
    sessionId: id.nullable(),
    seq: count.nullable(),
    type: z.enum(eventTypes),
    at: time,
    actor: z.strictObject({
      kind: z.enum(['user', 'token', 'agent', 'system']),
      id: z.string().nullable(),
      name: z.string(),
    }),
    payload: record,
    v: z.int(),
  })
  .meta({ id: 'Event' });

export function eventOut(event: TimelineEvent): z.output<typeof eventShape> {
  return {
    id: event.id,
    cursor: event.cursor,
    sessionId: event.sessionId,
    seq: event.seq,
    type: event.type,
    at: iso(event.at),
    actor: { kind: event.actor.kind, id: event.actor.id, name: event.actor.name },
    payload: { ...event.payload },
    v: event.v,
  };
}

export const outputLineShape = z
  .strictObject({
    seq: count,
    at: time,
    taskId: id.nullable(),
    attemptId: id,
    tool: z.string().nullable(),
    number: count,
    text: z.string(),
    cut: z.boolean(),
  })
  .meta({ id: 'OutputLine' });

export function outputLineOut(line: OutputLine): z.output<typeof outputLineShape> {
  return { ...line, at: iso(line.at) };
}
