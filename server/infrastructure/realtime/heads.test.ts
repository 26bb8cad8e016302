import { expect, test } from 'vitest';
import { createFeedHub, type Position } from './feed-hub.ts';
import { watchHeads } from './heads.ts';

test('while the others cannot be heard the database is looked at often, where somebody watches; else seldom', async () => {
  const hub = createFeedHub((error) => {
    throw error;
  });
  let heard = false;
  let looks = 0;
  const heads: number[] = [];
  const read = async (sessions: readonly string[]): Promise<Position[]> => {
    looks += 1;
    return sessions.map((sessionId) => ({ feed: { sessionId }, head: looks }));
  };
  const watch = watchHeads({ hub, read, heard: () => heard, onError: () => undefined, everyMs: 10 });
  try {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(looks).toBe(0);
    hub.listen({ sessionId: 's1' }, (events, head) => {
      expect(events).toEqual([]);
      heads.push(head);
    });
    await expect.poll(() => heads.length, { interval: 5 }).toBeGreaterThanOrEqual(3);
    heard = true;
    const [before, at] = [looks, performance.now()];
    await expect.poll(() => looks, { interval: 5 }).toBeGreaterThanOrEqual(before + 4);
    // One when it is back, then every fifth turn of 10 ms.
    expect(performance.now() - at).toBeGreaterThan(100);
  } finally {
    watch.stop();
  }
});
