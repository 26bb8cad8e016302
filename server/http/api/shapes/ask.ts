import { z } from 'zod';
import { type Ask, askKinds, askStatuses } from '../../../domain/ask.ts';
import { id, iso, time } from './fields.ts';

export const askShape = z
  .strictObject({
    id,
    sessionId: id,
    taskId: id,
    attemptId: id,
    kind: z.enum(askKinds),
    status: z.enum(askStatuses),
    title: z.string(),
    command: z.string().nullable(),
    paths: z.array(z.string()),
    question: z.string().nullable(),
    options: z.array(z.string()),
    openedAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Ask' });

export function askOut(ask: Ask): z.output<typeof askShape> {
  return {
    id: ask.id,
    sessionId: ask.sessionId,
    taskId: ask.taskId,
    attemptId: ask.attemptId,
    kind: ask.kind,
    status: ask.status,
    title: ask.title,
    command: ask.command,
    paths: [...ask.paths],
    question: ask.question,
    options: [...ask.options],
    openedAt: iso(ask.openedAt),
    expiresAt: iso(ask.expiresAt),
  };
}
