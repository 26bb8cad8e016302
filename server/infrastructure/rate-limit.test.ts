import { expect, test } from 'vitest';
import { createAttemptLimiter, createRequestLimits } from './rate-limit.ts';

function limiterAt(start = 1_800_000_000_000) {
  let now = start;
  const limiter = createAttemptLimiter(() => new Date(now));
  return {
    limiter,
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    fail: async (times: number, ...keys: string[]) => {
      for (let n = 0; n < times; n++) await limiter.fail(keys);
    },
  };
}

test('nine failures cost nothing, the tenth a wait, and each further one twice as long up to 15 minutes', async () => {
  const { limiter, fail, pass } = limiterAt();
  await fail(9, 'account:a');
  expect(await limiter.waitSeconds(['account:a'])).toBe(0);
  const waits: number[] = [];
  for (let n = 0; n < 7; n++) {
    await fail(1, 'account:a');
    waits.push(await limiter.waitSeconds(['account:a']));
    pass(waits.at(-1) ?? 0);
    expect(await limiter.waitSeconds(['account:a'])).toBe(0);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
});

test('the longest wait among the keys counts, and another account is not held up', async () => {
  const { limiter, fail } = limiterAt();
  await fail(11, 'address:1');
  await fail(10, 'account:a');
  expect(await limiter.waitSeconds(['account:a', 'address:1'])).toBe(60);
  expect(await limiter.waitSeconds(['account:b'])).toBe(0);
});

test('failures are forgotten after 15 quiet minutes, and at once by a success', async () => {
  const { limiter, fail, pass } = limiterAt();
  await fail(9, 'account:a');
  pass(901);
  await fail(9, 'account:a');
  expect(await limiter.waitSeconds(['account:a'])).toBe(0);
  await fail(5, 'account:a');
  expect(await limiter.waitSeconds(['account:a'])).toBeGreaterThan(0);
  await limiter.clear(['account:a']);
  expect(await limiter.waitSeconds(['account:a'])).toBe(0);
});

test('what is kept of failures is bounded', async () => {
  const { limiter, fail } = limiterAt();
  await fail(10, 'account:first');
  for (let n = 0; n < 10_001; n++) await limiter.fail([`account:${n}`]);
  expect(await limiter.waitSeconds(['account:first'])).toBe(0);
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
