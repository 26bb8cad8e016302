import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { hasSpace, spaceGuard } from './space.ts';

// A file system that never has room for anything.
const full = '/proc';

test('with space nothing is said; without it each statement is refused and the end is told once', () => {
  const told: string[] = [];
  expect(hasSpace(tmpdir())).toBe(true);
  expect(spaceGuard(tmpdir(), (sentence) => told.push(sentence))).not.toThrow();
  expect(told).toEqual([]);

  expect(hasSpace(full)).toBe(false);
  const guard = spaceGuard(full, (sentence) => told.push(sentence));
  expect(guard).toThrow(expect.objectContaining({ code: '53100', message: expect.stringContaining('/proc is full') }));
  expect(guard).toThrow('nothing acknowledged is lost');
  expect(told).toHaveLength(1);
});
