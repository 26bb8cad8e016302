import { expect, test } from 'vitest';
import type { Capability } from './agent.ts';
import { onlyReports } from './proof.ts';

test.each<[Capability[], number, boolean]>([
  [['code_review'], 0, true],
  [['debugging', 'root_cause_analysis'], 0, true],
  [['code_review'], 1, false],
  [['debugging', 'test_generation'], 0, false],
  [['bug_fixing'], 0, false],
  [[], 0, false],
])('%o with %i changed files only reports: %s', (capabilities, changed, expected) => {
  expect(onlyReports(capabilities, changed)).toBe(expected);
});
