import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Counts {
  passed: number;
  failed: number;
  /** What the report names of them, a line each: a long output is read from its end. */
  names?: string[];
}

export const NOTHING: Counts = { passed: 0, failed: 0 };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});
interface Suite {
  file?: string | undefined;
  specs?: { title: string; ok: boolean }[] | undefined;
  suites?: Suite[] | undefined;
}
const suite: z.ZodType<Suite> = z.object({
  file: z.string().optional(),
  specs: z.array(z.object({ title: z.string(), ok: z.boolean() })).optional(),
  get suites() {
    return z.array(suite).optional();
  },
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
  suites: z.array(suite).default([]),
});

/**
 * What vitest's report says; a file that did not load and a test that did not run count as failed. Tests that were left
 * out by their name on purpose (`chosen`) are no failures, but choosing none is one.
 */
export function countVitest(file: string, exitCode: number, chosen = false): Counts {
  const report = readReport(file, vitestReport);
  if (!report) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length;
  const leftOut = chosen ? 0 : report.numPendingTests;
  const failed = report.numFailedTests + leftOut + report.numTodoTests + unloaded;
  const names = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    const named = tests.map((test) => `${name}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`);
    return status === 'failed' && tests.length === 0 ? [`${name}: ${firstLine(message)}`] : named;
  });
  return honest({ passed: report.numPassedTests, failed, ...(names.length > 0 && { names }) }, exitCode);
}

/** What Playwright's report says; a flaky and a skipped journey count as failed. */
export function countPlaywright(file: string, exitCode: number): Counts {
  const report = readReport(file, playwrightReport);
  if (!report) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky + skipped + report.errors.length;
  const names = report.suites.flatMap(namesOf);
  return honest({ passed: expected, failed, ...(names.length > 0 && { names }) }, exitCode);
}

export function addCounts(a: Counts, b: Counts): Counts {
  const names = [...(a.names ?? []), ...(b.names ?? [])];
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, ...(names.length > 0 && { names }) };
}

/** The last line of a run and its exit code; a run without any test is a failed one. */
export function verdict({ passed, failed }: Counts): { line: string; exitCode: number } {
  return { line: `${passed} passed, ${failed} failed`, exitCode: failed === 0 && passed > 0 ? 0 : 1 };
}

/** A tool that fails for a reason of its own (no test found, an error between tests) is a failure too. */
function honest(counts: Counts, exitCode: number): Counts {
  const ran = counts.passed + counts.failed;
  return counts.failed === 0 && (exitCode !== 0 || ran === 0) ? { ...counts, failed: 1 } : counts;
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function namesOf({ file, specs = [], suites = [] }: Suite): string[] {
  return [...specs.filter(({ ok }) => !ok).map(({ title }) => `${file}: ${title}`), ...suites.flatMap(namesOf)];
}

function readReport<T>(file: string, schema: z.ZodType<T>): T | null {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}
