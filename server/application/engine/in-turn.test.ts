import { expect, test } from 'vitest';
import { createTurnstile } from './in-turn.ts';

test('works of one key follow each other, others run beside them, and a failure stops nobody', async () => {
  const inTurn = createTurnstile();
  const told: string[] = [];
  const gates = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
  const work = (key: 'a' | 'b', name: string) =>
    inTurn(key, async () => {
      told.push(`${name} begins`);
      await gates[key].promise;
      told.push(`${name} ends`);
      if (name === 'first') throw new Error('no');
      return name;
    });
  const works = [work('a', 'first'), work('a', 'second'), work('b', 'other')];
  await new Promise(setImmediate);
  expect(told).toEqual(['first begins', 'other begins']);
  gates.a.resolve();
  gates.b.resolve();
  const results = await Promise.allSettled(works);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(told.filter((one) => !one.startsWith('other'))).toEqual([
    'first begins',
    'first ends',
    'second begins',
    'second ends',
  ]);
});
