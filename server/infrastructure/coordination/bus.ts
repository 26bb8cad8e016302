import { z } from 'zod';
import type { TimelineEvent } from '../../domain/events.ts';
import type { Position } from '../realtime/feed-hub.ts';

const watcher = z.object({ id: z.string(), name: z.string() });
const position = z.object({
  feed: z.union([z.object({ sessionId: z.string() }), z.object({ teamId: z.string() })]),
  head: z.number(),
});
const event = z.object({
  id: z.string(),
  cursor: z.number(),
  teamId: z.string(),
  sessionId: z.string().nullable(),
  seq: z.number().nullable(),
  // A newer version may know more of them.
  type: z.string(),
  at: z.coerce.date(),
  actor: z.looseObject({
    kind: z.enum(['user', 'token', 'agent', 'system']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  payload: z.record(z.string(), z.unknown()),
  v: z.number(),
});
const delta = z.object({
  sessionId: z.string(),
  teamId: z.string(),
  taskId: z.string(),
  attemptId: z.string(),
  partId: z.string(),
  text: z.string(),
});

/** What instances tell each other. None of it is a truth: all that matters is in the database, this only hurries. */
const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('events'), events: z.array(event) }),
  z.object({ kind: z.literal('positions'), positions: z.array(position) }),
  z.object({ kind: z.literal('output'), deltas: z.array(delta) }),
  /** There may be work for whoever is free. */
  z.object({ kind: z.literal('nudge') }),
  z.object({ kind: z.literal('recheck'), userId: z.string() }),
  /** `whole`: these are all the sessions watched there; else only what changed. An empty list: nobody any more. */
  z.object({ kind: z.literal('watching'), whole: z.boolean(), sessions: z.record(z.string(), z.array(watcher)) }),
  z.object({ kind: z.literal('hello') }),
  z.object({ kind: z.literal('bye') }),
]);
export type Message = z.output<typeof message>;

/** The line between instances. */
export interface Bus {
  readonly kind: 'in_process' | 'redis';
  /** To every other member. Lost without a word when the line is down; nothing waits for it. */
  send(message: Message): void;
  /** Whether what is sent now arrives, as far as can be known. */
  ok(): boolean;
  /** Told what others sent, and by whom. */
  onMessage(listener: (message: Message, from: string) => void): void;
  close(): Promise<void>;
}

/** What came over the wire, or null: another version may know messages this one does not. */
export function parseMessage(value: unknown): Message | null {
  const parsed = message.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** A bound on what one message carries, in bytes of JSON; what is larger is read from the database instead. */
const mostBytes = 48 * 1024;

/** Events as messages of bounded size, in order; one that is too large by itself goes as its position. */
export function messagesOf(events: readonly TimelineEvent[]): Message[] {
  const messages: Message[] = [];
  let size = 0;
  for (const one of events) {
    const bytes = Buffer.byteLength(JSON.stringify(one));
    const last = messages.at(-1);
    if (bytes > mostBytes) {
      messages.push({ kind: 'positions', positions: positionsOf(one) });
      size = 0;
    } else if (last?.kind === 'events' && size + bytes <= mostBytes) {
      last.events.push(one as (typeof last.events)[number]);
      size += bytes;
    } else {
      messages.push({ kind: 'events', events: [one] } as Message);
      size = bytes;
    }
  }
  return messages;
}

function positionsOf({ teamId, cursor, sessionId, seq }: TimelineEvent): Position[] {
  const team: Position = { feed: { teamId }, head: cursor };
  return sessionId === null ? [team] : [team, { feed: { sessionId }, head: seq ?? 0 }];
}
