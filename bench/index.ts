// What the product costs, measured: `npm run bench`, or `npm run bench -- transitions idle` for some of it.
// Prints one table per bench and keeps the figures in bench/results.json. Everything runs on loopback.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { browser } from './browser.ts';
import { delivery } from './delivery.ts';
import { domain } from './domain.ts';
import { events } from './events.ts';
import { type Figure, met, table } from './figures.ts';
import { firstRequest } from './first-request.ts';
import { idle } from './idle.ts';
import { install } from './install.ts';
import { instances } from './instances.ts';
import { lighthouse } from './lighthouse.ts';
import { locks } from './locks.ts';
import { machine, versions } from './machine.ts';
import { output } from './output.ts';
import { peers } from './peers.ts';
import { restart } from './restart.ts';
import { start } from './start.ts';
import { tab } from './tab.ts';
import { transitions } from './transitions.ts';
import { watching } from './watchers.ts';

interface Result {
  readonly at: string;
  readonly machine: string;
  /** Programs that wanted a core when it began and when it ended, as the system averages them over a minute. */
  readonly load: readonly [number, number];
  readonly versions: Record<string, string>;
  readonly figures: readonly Figure[];
}

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  transitions,
  events,
  peers,
  locks,
  domain,
  start,
  restart,
  'first-request': firstRequest,
  delivery,
  instances,
  output,
  idle,
  install,
  browser,
  watchers: watching,
  tab,
  lighthouse,
};
const file = join(import.meta.dirname, 'results.json');

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, discard: { type: 'boolean' } },
});
const unknown = positionals.filter((name) => !(name in benches));
if (values.help || unknown.length > 0) {
  const complaint = unknown.length > 0 ? `There is no bench named ${unknown.join(', ')}.\n` : '';
  process.stdout.write(
    `${complaint}npm run bench -- [--discard] [name…]\nNames: ${Object.keys(benches).join(', ')}. Without a name all of them run; --discard keeps no results.\n`,
  );
  process.exit(unknown.length > 0 ? 1 : 0);
}

let failed = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  process.stdout.write(`\n${name}\n`);
  const load = loadNow();
  try {
    const figures = (await benches[name]?.()) ?? [];
    process.stdout.write(`${table(figures)}\n`);
    if (!values.discard) keep(name, figures, load);
    const missed = figures.filter((one) => met(one) === false).length;
    if (missed > 0) process.stdout.write(`  ${missed} of its goals missed\n`);
  } catch (error) {
    failed += 1;
    process.stderr.write(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;

/** Puts the figures beside those of the other benches; each carries its own time and machine. */
function keep(name: string, figures: readonly Figure[], before: number): void {
  const known = read();
  known[name] = {
    at: new Date().toISOString(),
    machine: machine(),
    load: [before, loadNow()],
    versions: versions(),
    figures,
  };
  const ordered = Object.fromEntries(Object.keys(benches).flatMap((one) => (known[one] ? [[one, known[one]]] : [])));
  writeFileSync(file, `${JSON.stringify(ordered, null, 2)}\n`);
}

function loadNow(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}

function read(): Record<string, Result> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Result>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
