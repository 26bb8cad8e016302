import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startLoop } from './loops.ts';

test('a turn that was asked for inside a transaction does not run as a part of it', async () => {
  const transaction = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  let turned = () => {};
  const loop = startLoop(
    'test',
    3_600,
    async () => {
      seen.push(transaction.getStore());
      turned();
    },
    { log: pino({ level: 'silent' }), clock: () => new Date() },
  );
  const next = () => new Promise<void>((done) => (turned = done));
  await next();
  const second = next();
  transaction.run('open', loop.nudge);
  await second;
  await loop.stop();
  expect(seen).toEqual([undefined, undefined]);
});
