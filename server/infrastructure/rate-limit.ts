import type { Redis } from 'ioredis';
import {
  type IRateLimiterOptions,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { AttemptLimiter } from '../application/ports.ts';
import { DomainError } from '../domain/errors.ts';
import { loginLimit } from '../domain/login.ts';

export interface RequestRates {
  /** Of one actor, per minute. */
  readonly reads: number;
  readonly writes: number;
  /** Of one address, per minute: requests nobody could be made out for. */
  readonly strangers: number;
}

/** Far above what a script that polls or a person who clicks comes to; a loop gone wild meets them. */
const generous: RequestRates = { reads: 6_000, writes: 1_200, strangers: 120 };

/** Where several instances count together; while it is away each counts for itself. */
export interface SharedCounters {
  readonly redis: Redis;
  /** Before every key: one Redis may serve several installations. */
  readonly prefix: string;
}

function counter(options: IRateLimiterOptions & { keyPrefix: string }, shared: SharedCounters | null) {
  const own = new RateLimiterMemory(options);
  if (shared === null) return own;
  return new RateLimiterRedis({
    ...options,
    keyPrefix: `${shared.prefix}rate:${options.keyPrefix}`,
    storeClient: shared.redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: own,
  });
}

/** Limits on requests, over all instances: per actor, and per address where there is none. Throw RATE_LIMITED. */
export function createRequestLimits(rates: RequestRates = generous, shared: SharedCounters | null = null) {
  const perMinute = (keyPrefix: string, points: number) => counter({ keyPrefix, points, duration: 60 }, shared);
  const actors = { read: perMinute('read', rates.reads), write: perMinute('write', rates.writes) };
  const strangers = perMinute('stranger', rates.strangers);
  return {
    spend: (kind: 'read' | 'write', actorId: string): Promise<void> => consume(actors[kind], actorId),
    refuse: (address: string): Promise<void> => consume(strangers, address),
  };
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw new DomainError('RATE_LIMITED', `Too many requests; try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
}

/** The first delay past the limit; each further one is twice as long, up to the window. */
const firstDelaySeconds = 30;
/** How long a key's past delays are remembered, so that the next one grows. */
const memorySeconds = 3600;

/**
 * Tries at signing in per key (access.md, Sign-in): 10 in 15 minutes, then one after each delay of 30 s, 60 s … up to
 * 15 minutes. Kept in this process, where a restart forgets, or in Redis for all instances.
 */
export function createAttemptLimiter(shared: SharedCounters | null = null): AttemptLimiter {
  const { attempts, windowSeconds } = loginLimit;
  const tries = counter({ keyPrefix: 'try', points: attempts, duration: windowSeconds }, shared);
  const delays = counter({ keyPrefix: 'delay', points: 1, duration: windowSeconds }, shared);
  const lengths = counter({ keyPrefix: 'length', points: 1, duration: memorySeconds }, shared);
  const pastDelays = async (key: string) => (await lengths.get(key))?.consumedPoints ?? 0;

  async function delayed(key: string): Promise<number> {
    const delay = await delays.get(key);
    return delay === null ? 0 : Math.max(1, Math.ceil(delay.msBeforeNext / 1000));
  }

  async function count(key: string): Promise<number> {
    const past = await pastDelays(key);
    try {
      // After a delay there is one try, not ten.
      await tries.consume(key, past === 0 ? 1 : attempts);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const seconds = Math.min(windowSeconds, firstDelaySeconds * 2 ** past);
      await lengths.set(key, past + 1, memorySeconds);
      await delays.set(key, 1, seconds);
      await tries.delete(key);
      return seconds;
    }
  }

  return {
    async take(keys) {
      const waits = await Promise.all(keys.map(delayed));
      if (Math.max(0, ...waits) > 0) return Math.max(...waits);
      return Math.max(0, ...(await Promise.all(keys.map(count))));
    },
    async refund(keys) {
      for (const key of keys) await tries.reward(key, (await pastDelays(key)) === 0 ? 1 : attempts);
    },
    async clear(keys) {
      for (const key of keys) await Promise.all([tries.delete(key), delays.delete(key), lengths.delete(key)]);
    },
  };
}
