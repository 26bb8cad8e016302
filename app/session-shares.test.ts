import { expect, test } from 'vitest';
import { emptyUsage } from '../server/domain/metrics.ts';
import type { AttemptBrief } from './live-attempt.ts';
import { after, start } from './live-testing.ts';
import { sharesOf } from './session-shares.ts';

const attempt = (taskId: string, over: Partial<AttemptBrief> = {}): AttemptBrief => ({
  ...{ id: taskId, taskId, number: 1, role: 'work', status: 'succeeded', calls: 1, callErrors: 0, failure: null },
  ...{ verdict: null, error: null, bundle: null, startedAt: start, endedAt: after(60), usage: emptyUsage },
  ...over,
});
const used = (inputTokens: number, costUsd: number | null) => ({ ...emptyUsage, inputTokens, costUsd });

test('attempts are summed by task, the greediest first; one without an end counts until now', () => {
  const shares = sharesOf(
    [
      attempt('a', { status: 'failed', usage: used(10, 0.1) }),
      attempt('a', { usage: used(20, 0.2) }),
      attempt('b', { status: 'running', endedAt: null, usage: used(500, 1) }),
    ],
    ({ taskId }) => taskId,
    after(90),
  );
  expect(shares).toMatchObject([
    { id: 'b', attempts: 1, succeeded: 0, seconds: 90, tokens: 500 },
    { id: 'a', attempts: 2, succeeded: 1, seconds: 120, tokens: 30 },
  ]);
  expect(shares[1]?.usage.costUsd).toBeCloseTo(0.3);
});

test('a sum with one unknown price is unknown, and nothing is a sum of nothing', () => {
  const [share] = sharesOf(
    [attempt('a', { usage: used(1, null) }), attempt('a', { usage: used(1, 2) })],
    () => 'a',
    start,
  );
  expect(share?.usage.costUsd).toBeNull();
  expect(sharesOf([], () => 'a', start)).toEqual([]);
});
