import { Redis } from 'ioredis';
import type { Logger } from '../../log.ts';

/** A command without an answer for so long has failed: a paused server keeps its connections open and says nothing. */
const answerMs = 2_000;
const connectMs = 5_000;
const longestRetryMs = 2_000;

export interface RedisConnectionOptions {
  log: Logger;
  /** What the connection is for, such as `locks`; the server lists its clients by it. */
  name: string;
  /** Subscriptions outlive a lost connection and come back with it; commands fail at once and are the caller's again. */
  use: 'commands' | 'subscriptions';
  /** How long a command may stay without an answer, in milliseconds. */
  answerWithinMs?: number;
}

/**
 * A connection to the Redis at `url` that comes back by itself for as long as the process lives. It is returned before
 * it is up: await {@link reachRedis} where that matters. An outage is logged once at its start and once at its end.
 */
export function openRedis(url: string, options: RedisConnectionOptions): Redis {
  const { log, name, use, answerWithinMs = answerMs } = options;
  const shared = {
    connectionName: `orchestrator-${name}`,
    connectTimeout: connectMs,
    keepAlive: 10_000,
    retryStrategy: (times: number) =>
      Math.min(longestRetryMs, 25 * 2 ** Math.min(times, 8)) * (0.5 + Math.random() / 2),
  };
  const redis =
    use === 'subscriptions'
      ? new Redis(url, { ...shared, maxRetriesPerRequest: null })
      : new Redis(url, {
          ...shared,
          // A command sent into an outage would take effect at a time nobody expects it any more.
          enableOfflineQueue: false,
          autoResendUnfulfilledCommands: false,
          maxRetriesPerRequest: 0,
          commandTimeout: answerWithinMs,
        });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn({ err: error, connection: name }, 'Redis is away; work goes on and waits for it where it must');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({ connection: name }, 'Redis is back');
    away = false;
  });
  return redis;
}

/** Waits until the connection is up. Throws one sentence when it is not within the time. */
export async function reachRedis(redis: Redis, withinMs = connectMs): Promise<void> {
  if (redis.status === 'ready') return;
  let why: Error | null = null;
  const failed = (error: Error) => {
    why = error;
  };
  redis.on('error', failed);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { host, port } = redis.options;
    const unreachable = () => {
      const reason = why ? ` (${why.message})` : '';
      reject(new Error(`REDIS_URL: no Redis answers at ${host}:${port}${reason}; start it, or unset REDIS_URL.`));
    };
    const timer = setTimeout(unreachable, withinMs);
    redis.once('ready', resolve);
    await promise.finally(() => {
      clearTimeout(timer);
      redis.off('ready', resolve);
    });
  } finally {
    redis.off('error', failed);
  }
}
