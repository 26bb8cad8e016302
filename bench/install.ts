import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../e2e/support/installation.ts';
import { killHard, processesMentioning } from '../e2e/support/processes.ts';
import { type Figure, figure } from './figures.ts';
import { answeredAfter } from './house.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** A stranger's first minutes: a clean clone of what is committed, `npm ci`, `npm start`, the first page. */
export async function install(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'oio-bench-'));
  const clone = join(home, 'clone');
  try {
    await run('git', ['clone', '--quiet', root, clone]);
    const began = performance.now();
    // npm's own cache is kept: what is measured is not the network.
    await run('npm', ['ci'], { cwd: clone, timeout: 600_000, maxBuffer: 2 ** 26 });
    const installed = performance.now();
    const port = await freePort();
    const app = spawn('npm', ['start'], {
      cwd: clone,
      env: { ...process.env, PORT: String(port), DATA_DIR: join(home, 'data'), LOG_LEVEL: 'warn' },
      stdio: 'ignore',
    });
    app.once('error', () => undefined);
    await answeredAfter(installed, `http://127.0.0.1:${port}/setup`, 120);
    const page = performance.now();
    return [
      figure('npm ci', 's', [(installed - began) / 1000]),
      figure('npm start, which builds the pages, to the first page', 's', [(page - installed) / 1000]),
      figure('npm ci to the first page', 's', [(page - began) / 1000]),
    ];
  } finally {
    // Whatever carries this directory in its command line or environment was started here.
    for (let round = 0; round < 5; round += 1) {
      const left = await processesMentioning(home);
      if (left.length === 0) break;
      for (const one of left) await killHard(one);
    }
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
