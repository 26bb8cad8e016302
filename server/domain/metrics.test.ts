import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addUsage, emptyUsage, errorRate, healthy, secondsOf, totalTokens } from './metrics.ts';

const tokens = fc.nat(1_000_000);
const usage = fc.record({
  inputTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  costUsd: fc.option(fc.nat(1000), { nil: null }),
});

test('usage adds field by field; nothing added changes nothing; an unknown price stays unknown', () => {
  fc.assert(
    fc.property(usage, usage, (a, b) => {
      const sum = addUsage(a, b);
      expect(addUsage(b, a)).toEqual(sum);
      expect(addUsage(a, emptyUsage)).toEqual(a);
      expect(totalTokens(sum)).toBe(totalTokens(a) + totalTokens(b));
      expect(sum.costUsd === null).toBe(a.costUsd === null || b.costUsd === null);
    }),
  );
});

test('the error rate is errors ÷ calls and 0 without calls', () => {
  expect([errorRate(0, 0), errorRate(10, 1), errorRate(4, 4)]).toEqual([0, 0.1, 1]);
});

test.each([
  [{ apiCalls: 10, apiErrors: 1, retries: 0, warnings: 0 }, true],
  [{ apiCalls: 10, apiErrors: 2, retries: 0, warnings: 0 }, false],
  [{ apiCalls: 0, apiErrors: 0, retries: 5, warnings: 10 }, true],
  [{ apiCalls: 0, apiErrors: 0, retries: 6, warnings: 0 }, false],
  [{ apiCalls: 0, apiErrors: 0, retries: 0, warnings: 11 }, false],
])('%o is healthy: %s', (counts, yes) => {
  expect(healthy(counts)).toBe(yes);
});

test('the clocks run until now or the end, and time paused is not execution', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
  const clock = {
    createdAt: at(0),
    queuedAt: at(5),
    startedAt: at(15),
    endedAt: null,
    pausedAt: null,
    pausedSeconds: 10,
  };
  expect(secondsOf(clock, at(115))).toEqual({ queueSeconds: 10, executionSeconds: 90, totalSeconds: 115 });
  expect(secondsOf({ ...clock, pausedAt: at(65) }, at(115)).executionSeconds).toBe(40);
  expect(secondsOf({ ...clock, endedAt: at(35) }, at(500))).toEqual({
    queueSeconds: 10,
    executionSeconds: 10,
    totalSeconds: 35,
  });
  expect(secondsOf({ ...clock, queuedAt: null, startedAt: null }, at(9))).toEqual({
    queueSeconds: null,
    executionSeconds: null,
    totalSeconds: 9,
  });
});
