// Proves the bound of fair scheduling (server/domain/fair-share.ts) over many random histories on a virtual clock:
// `npm run simulate`, `npm run simulate -- --seeds 5000`, or one history again: `npm run simulate -- --seed 4711`.
import { parseArgs } from 'node:util';
import { simulate } from '../server/domain/testing/fair-simulation.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, seeds: { type: 'string', default: '100000' } } });
const first = values.seed === undefined ? 0 : whole('seed', values.seed);
const count = values.seed === undefined ? whole('seeds', values.seeds) : 1;

const began = performance.now();
let [services, mostPassed, tightest, failures] = [0, 0, 0, 0];
for (let seed = first; seed < first + count; seed += 1) {
  try {
    const run = simulate(seed);
    services += run.services;
    mostPassed = Math.max(mostPassed, run.mostPassed);
    tightest = Math.max(tightest, run.tightest);
  } catch (error) {
    failures += 1;
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (failures === 10) break;
  }
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  `${count} seeds, ${services} services in ${seconds} s; ${failures} failed. Most services of others before one's own: ${mostPassed}; nearest to the bound: ${(tightest * 100).toFixed(0)} %.\n`,
);
process.exitCode = failures === 0 ? 0 : 1;

function whole(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} is a whole number, not ${text}.\n`);
  process.exit(2);
}
