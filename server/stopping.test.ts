import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createStopping } from './stopping.ts';

const log = pino({ level: 'silent' });
const never = () => new Promise<never>(() => {});

test('a stop says what it still waits for, as it stands when it is said', async () => {
  const { part, waitsFor } = createStopping(log);
  const sessions = ['IND-1', 'IND-2'];
  void part(() => `the steps of ${sessions.join(', ')}`, never);
  void part('the job queue', never);
  await part('the loops', async () => undefined);
  await expect(part('the database', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(waitsFor()).toEqual(['the steps of IND-1, IND-2', 'the job queue']);
  sessions.pop();
  expect(waitsFor()).toEqual(['the steps of IND-1', 'the job queue']);
});

test('what hangs does not keep what comes after it, what fails does, and what is over is', async () => {
  const { within, waitsFor } = createStopping(log);
  expect(await within('a fetch that hangs', never, 5)).toBe(false);
  expect(waitsFor()).toEqual(['a fetch that hangs']);
  expect(await within('the loops', async () => undefined)).toBe(true);
  await expect(within('the leases', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(waitsFor()).toEqual(['a fetch that hangs']);
});
