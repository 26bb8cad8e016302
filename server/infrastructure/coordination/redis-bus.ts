import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../../log.ts';
import { type Bus, type Message, parseMessage } from './bus.ts';
import { openRedis } from './redis-connection.ts';

/** Our own beat comes back through the server; without one for so long the line counts as down, whatever its sockets say. */
const silenceMs = 3_000;
const beatMs = 1_000;

export interface RedisBusOptions {
  readonly url: string;
  readonly log: Logger;
  /** The instance's id, by which the others know who speaks. */
  readonly id: string;
  /** One per installation: publishing knows no database numbers. */
  readonly channel: string;
  /** For publishing; shared with whatever else sends commands. */
  readonly commands: Redis;
  readonly beatMs?: number;
}

/** Publish and subscribe over Redis. Nothing is kept there, so a flush loses nothing. */
export function createRedisBus({ url, log, id, channel, commands, beatMs: every = beatMs }: RedisBusOptions): Bus {
  const listeners = new Set<(message: Message, from: string) => void>();
  const subscriber = openRedis(url, { log, name: 'bus', use: 'subscriptions' });
  // Another start of the same directory is another speaker.
  const beat = randomUUID();
  let heardAt = Number.NEGATIVE_INFINITY;

  subscriber.on('message', (_channel, text) => {
    const told = read(text);
    if (told === null) return;
    if (told.beat === beat) heardAt = performance.now();
    if (told.from === id || told.message === undefined) return;
    const message = parseMessage(told.message);
    if (message !== null) for (const listener of listeners) listener(message, told.from);
  });
  const subscribe = () => {
    // Rejected when the connection is lost meanwhile: it subscribes again when it is back.
    subscriber.subscribe(channel).then(publishBeat, () => undefined);
  };
  subscriber.on('ready', subscribe);

  let closed = false;
  function publish(content: object): void {
    if (closed) return;
    // An outage is logged by the connection; what is lost here is read from the database.
    commands.publish(channel, JSON.stringify({ from: id, ...content })).catch(() => undefined);
  }
  const publishBeat = () => publish({ beat });
  const timer = setInterval(publishBeat, every);
  timer.unref();

  return {
    kind: 'redis',
    send: (message) => publish({ message }),
    ok: () => performance.now() - heardAt < Math.max(silenceMs * (every / beatMs), 3 * every),
    onMessage: (listener) => void listeners.add(listener),
    async close() {
      closed = true;
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}

function read(text: string): { from: string; beat?: unknown; message?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('from' in value) || typeof value.from !== 'string')
      return null;
    return value as { from: string };
  } catch {
    // Not one of ours.
    return null;
  }
}
