// The whole proof in one command: `npm test`, or one half: `npm run test:unit -- server/domain`, `npm run test:e2e`.
// The last line is `N passed, N failed`; a missing part is one sentence and a failure, never a quiet skip.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findBrowser } from './browser.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { addCounts, type Counts, countPlaywright, countVitest, NOTHING, verdict } from './test-counts.ts';

const root = resolve(import.meta.dirname, '..');
const [half = 'all', ...rest] = process.argv.slice(2);
const results = mkdtempSync(join(tmpdir(), 'oio-results-'));
let child: ChildProcess | null = null;
let interrupted = false;

/** Runs one command of node_modules to its end, its output shown; answers its exit code. */
function runTool(name: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (interrupted) throw new Error('The tests were interrupted.');
  return new Promise((done, failed) => {
    child = spawn(process.execPath, [join(root, 'node_modules/.bin', name), ...args], {
      cwd: root,
      stdio: 'inherit',
      env,
    });
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}

async function runUnit(env: NodeJS.ProcessEnv): Promise<Counts> {
  const file = join(results, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...rest];
  // Programs that tests start, some of them a dozen times, are compiled once.
  const compiled = { ...env, NODE_COMPILE_CACHE: join(root, 'build/.compiled') };
  const chosen = rest.some((argument) => /^(-t|--testNamePattern)(=|$)/.test(argument));
  return countVitest(file, await runTool('vitest', args, compiled), chosen);
}

async function runJourneys(env: NodeJS.ProcessEnv): Promise<Counts> {
  const CHROMIUM_PATH = await findBrowser();
  const built = await new Promise<number>((done) => {
    const build = spawn(process.execPath, [join(root, 'scripts/build.ts'), '--if-needed'], {
      cwd: root,
      stdio: 'inherit',
    });
    build.once('exit', (code) => done(code ?? 1));
  });
  if (built !== 0) throw new Error('The journeys need the built pages, and the build failed.');
  const file = join(results, 'playwright.json');
  const journeys = { ...env, CHROMIUM_PATH, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const code = await runTool('playwright', ['test', '--reporter=list,json', ...(half === 'e2e' ? rest : [])], journeys);
  return countPlaywright(file, code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    child?.kill(signal);
  });
}

let counts: Counts = NOTHING;
let postgres: TestPostgres | null = null;
let redis: TestRedis | null = null;
try {
  if (!['all', 'unit', 'e2e'].includes(half))
    throw new Error(`There are no tests named ${half}: say unit, e2e or nothing.`);
  postgres = await startPostgres();
  redis = await startRedis();
  process.stdout.write(`PostgreSQL for the tests: ${postgres.name}\nRedis for the tests: ${redis.name}\n`);
  const env = { ...process.env, NODE_ENV: 'test', TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url };
  if (half !== 'e2e') counts = addCounts(counts, await runUnit(env));
  if (half !== 'unit') counts = addCounts(counts, await runJourneys(env));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  counts = addCounts(counts, { passed: 0, failed: 1 });
} finally {
  await redis?.stop();
  await postgres?.stop();
  rmSync(results, { recursive: true, force: true });
}

const { line, exitCode } = verdict(counts);
const names = counts.names?.map((name) => `failed: ${name.replace(`${root}/`, '')}\n`) ?? [];
process.stdout.write(`\n${names.join('')}${line}\n`);
process.exitCode = exitCode;
