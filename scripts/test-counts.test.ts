import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addCounts, type Counts, countPlaywright, countVitest, verdict } from './test-counts.ts';

const directory = mkdtempSync(join(tmpdir(), 'test-counts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function report(content: unknown): string {
  const file = join(directory, `report-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const vitest = (more: object) =>
  report({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...more });
const playwright = (stats: object, errors: unknown[] = []) =>
  report({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors });
const unloaded = { name: 'a.test.ts', status: 'failed', message: 'No such module', assertionResults: [] };

test.each<[string, () => Counts, Counts]>([
  ['all passed', () => countVitest(vitest({ numPassedTests: 7 }), 0), { passed: 7, failed: 0 }],
  ['one failed', () => countVitest(vitest({ numPassedTests: 7, numFailedTests: 1 }), 1), { passed: 7, failed: 1 }],
  ['one skipped', () => countVitest(vitest({ numPassedTests: 7, numPendingTests: 1 }), 0), { passed: 7, failed: 1 }],
  [
    'one chosen',
    () => countVitest(vitest({ numPassedTests: 1, numPendingTests: 6 }), 0, true),
    { passed: 1, failed: 0 },
  ],
  ['none chosen', () => countVitest(vitest({ numPendingTests: 6 }), 0, true), { passed: 0, failed: 1 }],
  [
    'a file that did not load',
    () => countVitest(vitest({ testResults: [unloaded] }), 1),
    { passed: 0, failed: 1, names: ['a.test.ts: No such module'] },
  ],
  ['an error outside the tests', () => countVitest(vitest({ numPassedTests: 7 }), 1), { passed: 7, failed: 1 }],
  ['no test at all', () => countVitest(vitest({}), 0), { passed: 0, failed: 1 }],
  ['no report', () => countVitest(join(directory, 'none.json'), 0), { passed: 0, failed: 1 }],
  ['journeys passed', () => countPlaywright(playwright({ expected: 3 }), 0), { passed: 3, failed: 0 }],
  ['a flaky journey', () => countPlaywright(playwright({ expected: 3, flaky: 1 }), 0), { passed: 3, failed: 1 }],
  ['a skipped journey', () => countPlaywright(playwright({ expected: 3, skipped: 2 }), 0), { passed: 3, failed: 2 }],
  [
    'journeys not found',
    () => countPlaywright(playwright({}, [{ message: 'No tests found' }]), 1),
    { passed: 0, failed: 1 },
  ],
])('%s', (_, count, expected) => {
  expect(count()).toEqual(expected);
});

test('what failed is named, so that the end of a long output tells it', () => {
  const failing = { status: 'failed', fullName: 'sums add', failureMessages: ['AssertionError: 2\n  at sums'] };
  const units = vitest({
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      { name: 'a.test.ts', status: 'failed', assertionResults: [failing, { status: 'passed', fullName: 'sums are' }] },
      { name: 'b.test.ts', status: 'failed', message: 'No such module\n  at b', assertionResults: [] },
    ],
  });
  const journeys = report({
    stats: { expected: 1, unexpected: 1, flaky: 0, skipped: 0 },
    errors: [],
    suites: [
      {
        file: 'c.spec.ts',
        specs: [{ title: 'goes', ok: true }],
        suites: [{ file: 'c.spec.ts', specs: [{ title: 'comes', ok: false }] }],
      },
    ],
  });
  const { names } = addCounts(countVitest(units, 1), countPlaywright(journeys, 1));
  expect(names).toEqual(['a.test.ts: sums add: AssertionError: 2', 'b.test.ts: No such module', 'c.spec.ts: comes']);
});

test('the last line adds both halves, and only a run with tests and no failure succeeds', () => {
  expect(verdict(addCounts({ passed: 2, failed: 0 }, { passed: 3, failed: 0 }))).toEqual({
    line: '5 passed, 0 failed',
    exitCode: 0,
  });
  expect(verdict({ passed: 5, failed: 1 })).toEqual({ line: '5 passed, 1 failed', exitCode: 1 });
  expect(verdict({ passed: 0, failed: 0 }).exitCode).toBe(1);
});
