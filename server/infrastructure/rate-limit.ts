import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
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

/** Limits on requests, in this process: per actor, and per address where there is none. Throw RATE_LIMITED. */
export function createRequestLimits(rates: RequestRates = generous) {
  const perMinute = (keyPrefix: string, points: number) => new RateLimiterMemory({ keyPrefix, points, duration: 60 });
  const actors = { read: perMinute('read', rates.reads), write: perMinute('write', rates.writes) };
  const strangers = perMinute('stranger', rates.strangers);
  return {
    spend: (kind: 'read' | 'write', actorId: string): Promise<void> => consume(actors[kind], actorId),
    refuse: (address: string): Promise<void> => consume(strangers, address),
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
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

/**
 * Failed sign-ins per key (access.md, Sign-in): 10 in 15 minutes, then every further failure doubles a delay that
 * begins at 30 s and ends at 15 minutes. Kept in this process; a restart forgets.
 */
export function createAttemptLimiter(clock: () => Date = () => new Date()): AttemptLimiter {
  const windowMs = loginLimit.windowSeconds * 1000;
  const most = 10_000;
  const kept = new Map<string, { failures: number; since: number; until: number }>();

  const alive = (key: string) => {
    const entry = kept.get(key);
    if (entry === undefined) return null;
    const now = clock().getTime();
    if (now < Math.max(entry.until, entry.since) + windowMs) return entry;
    kept.delete(key);
    return null;
  };

  return {
    async waitSeconds(keys) {
      const now = clock().getTime();
      const waits = keys.map((key) => (alive(key)?.until ?? 0) - now);
      return Math.max(0, Math.ceil(Math.max(0, ...waits) / 1000));
    },
    async fail(keys) {
      const now = clock().getTime();
      for (const key of keys) {
        const before = alive(key);
        const failures = (before?.failures ?? 0) + 1;
        const over = failures - loginLimit.attempts;
        const until = over < 0 ? 0 : now + Math.min(windowMs, 30_000 * 2 ** over);
        kept.delete(key);
        // The window begins anew after each delay, so that waiting one out does not start from zero.
        kept.set(key, { failures, since: before?.since ?? now, until });
        const oldest = kept.keys().next();
        if (kept.size > most && !oldest.done) kept.delete(oldest.value);
      }
    },
    async clear(keys) {
      for (const key of keys) kept.delete(key);
    },
  };
}
