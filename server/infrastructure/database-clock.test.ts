import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createDatabaseClock } from './database-clock.ts';

test('it tells the time of the database, and goes on with it whatever the wall clock does', async () => {
  const theirs = Date.parse('2030-01-01T00:00:00Z');
  const clock = createDatabaseClock(async () => new Date(theirs));
  await clock.follow();
  vi.spyOn(Date, 'now').mockReturnValue(0);
  try {
    expect(Math.abs(clock.now().getTime() - theirs)).toBeLessThan(10_000);
    await sleep(50);
    expect(clock.now().getTime() - theirs).toBeGreaterThanOrEqual(45);
  } finally {
    vi.restoreAllMocks();
  }
});

test('a database that is away leaves the time as it was known', async () => {
  let away = false;
  const clock = createDatabaseClock(async () => {
    if (away) throw new Error('away');
    return new Date(1_000_000);
  });
  await clock.follow();
  away = true;
  await expect(clock.follow()).rejects.toThrow('away');
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(1_000_000);
  expect(clock.now().getTime()).toBeLessThan(1_010_000);
});
