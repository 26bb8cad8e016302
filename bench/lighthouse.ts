import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from '../scripts/browser.ts';
import { quietBrowser, signedIn } from './browser.ts';
import { type Figure, figure } from './figures.ts';
import { inHouse, production, worker } from './house.ts';

const run = promisify(execFile);
/** Fetched for the bench alone; the product does not depend on it. */
const lighthouseVersion = '13.5.0';
const rounds = 3;

interface Report {
  readonly categories: Readonly<Record<'performance' | 'accessibility', { readonly score: number | null }>>;
  readonly runtimeError?: { readonly message: string };
}

/** What Lighthouse says of pages on a desktop, with its own simulated line, signed in by the cookie. */
export function lighthouse(): Promise<Figure[]> {
  return inHouse(async (house) => {
    await house.start(production);
    const done = await (await worker(house)).run('- write: { path: result.txt, content: "one\\n" }');
    const executablePath = await findBrowser();
    const launched = await chromium.launch({ executablePath, args: quietBrowser });
    const page = await signedIn(launched, house);
    const { cookies } = await page.context().storageState();
    await launched.close();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const folder = await mkdtemp(join(tmpdir(), 'oio-lighthouse-'));
    try {
      const headers = join(folder, 'headers.json');
      await writeFile(headers, JSON.stringify({ Cookie: cookie }), { mode: 0o600 });
      const pages = [
        { name: 'sign-in', path: '/login', signedIn: false },
        { name: 'overview', path: '/', signedIn: true },
        { name: 'sessions', path: '/sessions', signedIn: true },
        { name: 'a session', path: `/sessions/${done.slug}`, signedIn: true },
      ];
      const figures: Figure[] = [];
      for (const { name, path, signedIn: withCookie } of pages) {
        const scores = { performance: [] as number[], accessibility: [] as number[] };
        for (let round = 0; round < rounds; round += 1) {
          const report = await judged(`${house.url}${path}`, withCookie ? headers : null, { folder, executablePath });
          for (const [category, all] of Object.entries(scores) as ['performance' | 'accessibility', number[]][])
            all.push(Math.round((report.categories[category].score ?? 0) * 100));
        }
        figures.push(
          figure(`${name}: Lighthouse performance`, 'of 100', scores.performance, { atLeast: 95 }),
          figure(`${name}: Lighthouse accessibility`, 'of 100', scores.accessibility, { atLeast: 95 }),
        );
      }
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function judged(
  url: string,
  headers: string | null,
  { folder, executablePath }: { folder: string; executablePath: string },
): Promise<Report> {
  const report = join(folder, 'report.json');
  const words = ['exec', '--yes', `--package=lighthouse@${lighthouseVersion}`, '--', 'lighthouse', url, '--quiet'];
  const how = ['--preset=desktop', '--only-categories=performance,accessibility', '--output=json'];
  const flags = `--chrome-flags=--headless ${quietBrowser.join(' ')}`;
  await run(
    'npm',
    [...words, ...how, `--output-path=${report}`, flags, ...(headers === null ? [] : [`--extra-headers=${headers}`])],
    { cwd: folder, env: { ...process.env, CHROME_PATH: executablePath }, timeout: 300_000, maxBuffer: 2 ** 24 },
  );
  const read = JSON.parse(await readFile(report, 'utf8')) as Report;
  if (read.runtimeError !== undefined)
    throw new Error(`Lighthouse could not judge ${url}: ${read.runtimeError.message}`);
  return read;
}
