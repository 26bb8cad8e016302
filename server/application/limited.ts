import { DomainError } from '../domain/errors.ts';
import type { AttemptLimiter } from './ports.ts';

/** Counts a try of these keys; RATE_LIMITED, with the seconds to wait, when there were too many that failed. */
export async function refuseWhenLimited(limiter: AttemptLimiter, keys: readonly string[]): Promise<void> {
  const wait = await limiter.take(keys);
  if (wait === 0) return;
  throw new DomainError('RATE_LIMITED', `Too many failed attempts; try again in ${wait} s.`, {
    retryAfterSeconds: wait,
  });
}
