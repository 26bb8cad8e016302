import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createInstallation, type Installation, type Knobs } from '../e2e/support/installation.ts';
import type { RestClient, Session } from '../e2e/support/rest.ts';

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
const { start } = (JSON.parse(manifest) as { scripts: { start: string } }).scripts;

/** As `npm start` runs it: the production build with the same flags of Node; and no log line per request. */
export const production: Knobs = {
  ...Object.fromEntries(
    start
      .split(' ')
      .filter((word) => /^[A-Z_]+=/.test(word))
      .map((word) => word.split('=') as [string, string]),
  ),
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../build/.compiled'),
  NODE_OPTIONS: start
    .split(' ')
    // Its installations have a directory of their own to run in.
    .filter((word) => word.startsWith('--') && !word.startsWith('--import='))
    .join(' '),
  LOG_LEVEL: 'warn',
};

/** A fresh installation for the time of `work`; whatever it started is ended and its files are gone afterwards. */
export async function inHouse<T>(work: (house: Installation) => Promise<T>): Promise<T> {
  const house = await createInstallation();
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}

/** A registered repository and a way to run one session on it to its end. */
export async function worker(house: Installation): Promise<{ api: RestClient; run(steps: string): Promise<Session> }> {
  const api = await house.api();
  const { id: repositoryId } = await api.register(await house.repository(), { verify: ['node check.js'] });
  return {
    api,
    async run(steps) {
      const { id } = await api.create({ repositoryId, prompt: prompt(steps) });
      return api.waitFor(id, 'completed', 120);
    },
  };
}

/** A prompt whose rehearsal script has these steps. */
export function prompt(steps: string): string {
  return `Do this.\n\n\`\`\`rehearsal\n${steps.trim()}\n\`\`\`\n`;
}

/** The number of the server's own process: the one that holds the data directory's lock. */
export async function serverPid({ dataDir }: Installation): Promise<number> {
  const text = await readFile(`${dataDir}/orchestrator.lock`, 'utf8');
  const { pid } = JSON.parse(text) as { pid: number };
  return pid;
}

/** User and system time of a process so far, in ms; `/proc` counts hundredths of a second. */
export async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export async function residentMegabytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / 1024;
}

/** The milliseconds since `began` at which the address first answered 200, with a body that is accepted. */
export async function answeredAfter(
  began: number,
  url: string,
  seconds: number,
  accepts: (body: string) => boolean = () => true,
): Promise<number> {
  while (performance.now() - began < seconds * 1000) {
    const body = await textOf(url);
    if (body !== null && accepts(body)) return performance.now() - began;
    await delay(20);
  }
  throw new Error(`${url} did not answer as expected within ${seconds} s.`);
}

async function textOf(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    return response.status === 200 ? text : null;
  } catch {
    // Nobody listens there yet.
    return null;
  }
}
