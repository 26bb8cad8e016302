import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AttemptLimiter } from '../application/ports.ts';
import { createLogger } from '../log.ts';
import { openRedis, reachRedis } from './coordination/redis-connection.ts';
import { createAttemptLimiter, createRequestLimits } from './rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function take(limiter: AttemptLimiter, times: number, ...keys: string[]): Promise<number> {
  let wait = 0;
  for (let n = 0; n < times; n++) wait = await limiter.take(keys);
  return wait;
}

test('ten tries cost nothing, the next a wait; after it there is one try, and each further wait is twice as long', async () => {
  const limiter = createAttemptLimiter();
  expect(await take(limiter, 10, 'account:a')).toBe(0);
  const waits: number[] = [];
  for (let n = 0; n < 7; n++) {
    const wait = await limiter.take(['account:a']);
    waits.push(wait);
    expect(await limiter.take(['account:a'])).toBe(wait);
    vi.advanceTimersByTime(wait * 1000);
    expect(await limiter.take(['account:a'])).toBe(0);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
});

test('many tries at once are counted before any of them is answered', async () => {
  const limiter = createAttemptLimiter();
  const waits = await Promise.all(Array.from({ length: 40 }, () => limiter.take(['account:a'])));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
});

test('the longest wait among the keys counts, and another account is not held up', async () => {
  const limiter = createAttemptLimiter();
  expect(await take(limiter, 11, 'address:1')).toBe(30);
  expect(await limiter.take(['account:a', 'address:1'])).toBe(30);
  expect(await limiter.take(['account:b'])).toBe(0);
});

test('failures are forgotten after 15 quiet minutes, and at once by a success', async () => {
  const limiter = createAttemptLimiter();
  await take(limiter, 10, 'account:a');
  vi.advanceTimersByTime(901_000);
  expect(await take(limiter, 10, 'account:a')).toBe(0);
  expect(await limiter.take(['account:a'])).toBe(30);
  await limiter.clear(['account:a']);
  expect(await limiter.take(['account:a'])).toBe(0);
});

test('a try that was no failure does not count', async () => {
  const limiter = createAttemptLimiter();
  for (let n = 0; n < 30; n++) {
    expect(await limiter.take(['address:1'])).toBe(0);
    await limiter.refund(['address:1']);
  }
});

test('reads and writes of one actor are counted apart, and a refusal says when to come back', async () => {
  const limits = createRequestLimits({ reads: 2, writes: 1, strangers: 1 });
  await limits.spend('write', 'a');
  await limits.spend('read', 'a');
  await limits.spend('read', 'a');
  await limits.spend('read', 'b');
  await expect(limits.spend('read', 'a')).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterSeconds: expect.any(Number),
  });
});

test('instances on one Redis count together, and each for itself while it is away', async () => {
  vi.useRealTimers();
  const log = createLogger({ level: 'silent' });
  const redis = openRedis(process.env.TEST_REDIS_URL ?? '', { log, name: 'test', use: 'commands' });
  await reachRedis(redis);
  const shared = { redis, prefix: `test:${crypto.randomUUID()}:` };
  const [one, two] = [createAttemptLimiter(shared), createAttemptLimiter(shared)];
  expect(await take(one, 6, 'account:a')).toBe(0);
  expect(await take(two, 4, 'account:a')).toBe(0);
  expect([await one.take(['account:a']), await two.take(['account:a'])]).toEqual([30, 30]);
  await two.clear(['account:a']);
  expect(await one.take(['account:a'])).toBe(0);
  const rates = { reads: 1, writes: 1, strangers: 1 };
  const [first, second] = [createRequestLimits(rates, shared), createRequestLimits(rates, shared)];
  await first.spend('read', 'u');
  await expect(second.spend('read', 'u')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  redis.disconnect();
  await expect.poll(() => redis.status).toBe('end');
  await second.spend('read', 'u');
  await expect(second.spend('read', 'u')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(await take(two, 10, 'account:b')).toBe(0);
  expect(await two.take(['account:b'])).toBe(30);
});
