import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from './lock.ts';
import { endChildren, startChild } from './testing/children.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'the.lock');
});
afterEach(() => {
  endChildren();
  rmSync(folder, { recursive: true, force: true });
});

test('a lock is held until it is released, and the refusal names the owner', async () => {
  const lock = await acquireLock(path, 'The directory');
  await expect(acquireLock(path, 'The directory')).rejects.toThrow(`The directory is in use by process ${process.pid}`);
  lock.release();
  const again = await acquireLock(path, 'The directory');
  again.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('patience waits for an owner that is just leaving', async () => {
  const lock = await acquireLock(path, 'The directory');
  const patient = acquireLock(path, 'The directory', 20_000);
  setTimeout(() => lock.release(), 150);
  (await patient).release();
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 4_194_303, startTime: '1' })],
  ['a later process with the same number', JSON.stringify({ pid: process.pid, startTime: '1' })],
  ['nobody', 'damaged'],
])('the lock of %s is moved aside', async (_, content) => {
  writeFileSync(path, content);
  const lock = await acquireLock(path, 'The directory');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a release takes away nothing that is not ours any more', async () => {
  const lock = await acquireLock(path, 'The directory');
  writeFileSync(path, JSON.stringify({ pid: 1, startTime: null }));
  lock.release();
  expect(readdirSync(folder)).toEqual(['the.lock']);
});

test('after a kill -9 one of many starters gets the lock', async () => {
  for (let round = 0; round < 2; round += 1) {
    const first = startChild('hold-lock.ts', path);
    expect(await first.line()).toBe('held');
    first.process.kill('SIGKILL');
    await first.ended;
    const starters = Array.from({ length: 6 }, () => startChild('hold-lock.ts', path));
    const answers = await Promise.all(starters.map((starter) => starter.line()));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    const winner = starters[answers.indexOf('held')];
    const refusals = answers.filter((answer) => answer !== 'held');
    expect(new Set(refusals)).toEqual(new Set([expect.stringContaining(`in use by process ${winner?.process.pid}`)]));
    for (const starter of starters) starter.process.stdin?.end();
    await Promise.all(starters.map((starter) => starter.ended));
    expect(readdirSync(folder)).toEqual([]);
  }
});
