import { expect, test } from 'vitest';
import { createWakeUps } from './wake-ups.ts';

const never = new AbortController().signal;

test('a wake-up between two waits is not lost, and one is enough for many calls', async () => {
  const wakeUps = createWakeUps();
  const heard = wakeUps.listen('a');
  wakeUps.wake('a');
  wakeUps.wake('a');
  await heard.next(60_000, never);
  const began = Date.now();
  await heard.next(20, never);
  expect(Date.now() - began).toBeGreaterThanOrEqual(15);
  heard.end();
});

test('everybody who listens to a name is woken, nobody else, and an abort ends the wait', async () => {
  const wakeUps = createWakeUps();
  const [one, two, other] = [wakeUps.listen('a'), wakeUps.listen('a'), wakeUps.listen('b')];
  const leaving = new AbortController();
  let overslept = true;
  const waiting = other.next(60_000, leaving.signal).then(() => {
    overslept = false;
  });
  const both = Promise.all([one.next(60_000, never), two.next(60_000, never)]);
  wakeUps.wake('a');
  await both;
  expect(overslept).toBe(true);
  leaving.abort();
  await waiting;
  for (const heard of [one, two, other]) heard.end();
  wakeUps.wake('a');
});
