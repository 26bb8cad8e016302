// The long form of the fault suite: `npm run faults`, or a part of it: `npm run faults -- storm`, `… -- kills model`.
// Writes .tmp/faults-report.md and .json; fails when anything was lost, doubled or out of order.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type KillsReport, kills } from './faults/kills.ts';
import { type StormReport, storm } from './faults/storm.ts';
import { startPostgres } from './postgres.ts';

const root = resolve(import.meta.dirname, '..');
const known = ['specs', 'model', 'kills', 'storm'] as const;
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    sessions: { type: 'string', default: '60' },
    instances: { type: 'string', default: '3' },
    every: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '13' },
    'model-runs': { type: 'string', default: '200' },
  },
});
const parts = positionals.length === 0 ? [...known] : known.filter((part) => positionals.includes(part));
const unknown = positionals.filter((part) => !known.some((one) => one === part));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}: say some of ${known.join(', ')}.\n`);
  process.exit(1);
}

const say = (line: string) => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

function tool(words: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}

interface Report {
  at: string;
  specs?: { passed: boolean };
  model?: { runs: number; passed: boolean };
  kills?: KillsReport[];
  storm?: StormReport;
}

function lines({ at, specs, model, kills: rounds, storm: one }: Report): string {
  const text = [`# Faults, ${at}`, ''];
  if (specs) text.push(`Short form (\`e2e/faults\`): ${specs.passed ? 'passed' : 'FAILED'}`, '');
  if (model)
    text.push(
      `Model of the session machine, ${model.runs} runs on each database: ${model.passed ? 'passed' : 'FAILED'}`,
      '',
    );
  for (const { database, kills: count, wrong, readyAgain } of rounds ?? [])
    text.push(
      `Kills at named points, ${database}: ${count} kills, ${wrong.length} wrong; ready again p50 ${readyAgain.p50.toFixed(1)} s, p99 ${readyAgain.p99.toFixed(1)} s`,
      ...wrong.map((what) => `- ${what}`),
      '',
    );
  if (one) {
    const { lost, duplicated, wrong } = one;
    text.push(
      '## The storm',
      '',
      '| figure | value |',
      '|---|---|',
      `| sessions completed | ${one.completed} of ${one.sessions} in ${Math.round(one.seconds)} s |`,
      `| instances killed | ${one.kills} |`,
      `| PostgreSQL restarted, Redis flushed | ${one.postgresRestarts}, ${one.redisFlushes} |`,
      `| takeovers told | ${one.takeovers} |`,
      `| transitions, events stored | ${one.transitions}, ${one.events} |`,
      `| acknowledged to a client and checked | ${one.acknowledged} |`,
      `| lost | ${lost.length} |`,
      `| duplicated | ${duplicated.length} |`,
      `| otherwise wrong | ${wrong.length} |`,
      `| killed instance ready again, p50, p99 | ${one.readyAgain.p50.toFixed(1)} s, ${one.readyAgain.p99.toFixed(1)} s |`,
      `| session owned again, p50, p99 of ${one.ownedAgain.of} | ${one.ownedAgain.p50.toFixed(1)} s, ${one.ownedAgain.p99.toFixed(1)} s |`,
      '',
      ...[...lost, ...duplicated, ...wrong].map((what) => `- ${what}`),
    );
  }
  return `${text.join('\n')}\n`;
}

// Interrupted it still ends what it started: processes outlive whoever is killed.
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const server = await startPostgres();
process.env.TEST_DATABASE_URL = server.url;
const report: Report = { at: new Date().toISOString() };
try {
  if ((await tool([join(root, 'scripts/build.ts'), '--if-needed'])) !== 0) throw new Error('The build failed.');
  if (parts.includes('specs'))
    report.specs = { passed: (await tool([join(root, 'scripts/test.ts'), 'e2e', 'e2e/faults'])) === 0 };
  if (parts.includes('model')) {
    const env = { MODEL_RUNS: values['model-runs'] };
    const passed = (await tool([join(root, 'scripts/test.ts'), 'unit', 'session-model'], env)) === 0;
    report.model = { runs: Number(values['model-runs']), passed };
  }
  if (parts.includes('kills')) {
    report.kills = [];
    for (const database of ['embedded', 'postgres'] as const)
      report.kills.push(await kills({ database, rounds: Number(values.rounds), say }));
  }
  if (parts.includes('storm'))
    report.storm = await storm({
      instances: Number(values.instances),
      sessions: Number(values.sessions),
      killEverySeconds: Number(values.every),
      minutes: Number(values.minutes),
      say,
      interrupted: interrupted.signal,
    });
} finally {
  await server.stop();
}
const text = lines(report);
mkdirSync(join(root, '.tmp'), { recursive: true });
writeFileSync(join(root, '.tmp/faults-report.md'), text);
writeFileSync(join(root, '.tmp/faults-report.json'), `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`\n${text}`);
const { storm: last } = report;
const bad =
  report.specs?.passed === false ||
  report.model?.passed === false ||
  report.kills?.some(({ wrong }) => wrong.length > 0) ||
  (last !== undefined &&
    (last.completed !== last.sessions || last.lost.length + last.duplicated.length + last.wrong.length > 0));
process.exitCode = bad ? 1 : 0;
