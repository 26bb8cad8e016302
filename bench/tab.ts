import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { openDatabase } from '../db/client.ts';
import { createInstallation, type Installation } from '../e2e/support/installation.ts';
import { findBrowser } from '../scripts/browser.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import { quietBrowser, signedIn } from './browser.ts';
import { type Figure, figure, percentile } from './figures.ts';
import { production } from './house.ts';
import { newDatabase, withPostgres } from './postgres.ts';

type Store = ReturnType<typeof createStore>;

const linesPerSecond = 2_000;
const tailSeconds = 20;
const linesPerEvent = 20;
const hourEvents = 180_000;
/** How fast the hour is told: sixty times as fast as it would be. */
const toldPerSecond = 3_000;
const quiet = { info: () => {}, warn: () => {} };
const actor = { kind: 'system', teamId: null, name: 'bench' } as const;
const attemptId = '00000000-0000-4000-8000-0000000000aa';

interface Scene {
  readonly house: Installation;
  readonly store: Store;
  readonly launched: Browser;
}

/** A tab on a session that tells more than anybody can read: 2,000 lines a second, and an hour of 50 events a second. */
export function tab(): Promise<Figure[]> {
  return onStage(async (scene) => [...(await tailed(scene)), ...(await anHour(scene))]);
}

/**
 * The production server on PostgreSQL, and beside it a store of our own to tell events through. To the server it is another
 * instance it cannot hear, whose events it finds by looking once a second: they come in a heap, later than its own would.
 */
function onStage<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  return withPostgres(async (server) => {
    const databaseUrl = await newDatabase(server);
    const house = await createInstallation({ databaseUrl });
    await house.start(production);
    const opened = await openDatabase({ databaseUrl, dataDir: house.folder, log: quiet });
    const launched = await chromium.launch({ executablePath: await findBrowser(), args: quietBrowser });
    try {
      return await work({ house, store: createStore(opened), launched });
    } finally {
      await launched.close();
      await opened.close();
      await house.close();
    }
  });
}

async function newSession(house: Installation, name: string): Promise<{ id: string; slug: string }> {
  const api = await house.api();
  const { id: repositoryId } = await api.register(await house.repository(name), { verify: ['node check.js'] });
  const { id, slug } = await api.create({ repositoryId, prompt: 'Do this.', start: false });
  return { id, slug };
}

const said = (text: string) => ({
  type: 'attempt.output' as const,
  payload: { attemptId, taskId: null, kind: 'text', text },
  actor,
});

/** Tells batches at a steady pace; answers how many seconds it took. */
async function tell(
  { store }: Scene,
  sessionId: string,
  batches: number,
  everyMs: number,
  make: (at: number) => ReturnType<typeof said>[],
): Promise<number> {
  const begun = performance.now();
  for (let at = 0; at < batches; at += 1) {
    await store.events.append(sessionId, make(at));
    await delay(Math.max(0, begun + (at + 1) * everyMs - performance.now()));
  }
  return (performance.now() - begun) / 1000;
}

/** Lines written in pieces of twenty, ten times a second; each must stand in the pane, once and in order. */
async function tailed(scene: Scene): Promise<Figure[]> {
  const { id, slug } = await newSession(scene.house, 'tailed');
  const page = await signedIn(scene.launched, scene.house);
  await page.goto(`${scene.house.url}/sessions/${slug}/output`);
  await scene.store.events.append(id, [said('line -1')]);
  await page.locator('section[aria-label=Output]').getByText('line -1').waitFor();
  await page.evaluate(watchFrames);
  const everyMs = 100;
  const batches = (tailSeconds * 1000) / everyMs;
  const events = (linesPerSecond * everyMs) / 1000 / linesPerEvent;
  const seconds = await tell(scene, id, batches, everyMs, (at) =>
    Array.from({ length: events }, (_, event) => {
      const first = (at * events + event) * linesPerEvent;
      return said(Array.from({ length: linesPerEvent }, (_, line) => `line ${first + line}`).join('\n'));
    }),
  );
  const written = performance.now();
  const total = batches * events * linesPerEvent;
  await page.waitForFunction(
    (last) => document.querySelector('section[aria-label=Output]')?.textContent?.includes(last) === true,
    `line ${total - 1}`,
    { timeout: 120_000, polling: 50 },
  );
  const behind = performance.now() - written;
  const { lines, ordered, gaps } = await page.evaluate(readLines);
  await page.context().close();
  const sorted = gaps.toSorted((a, b) => a - b);
  return [
    figure('lines told to an open output pane', '/s', [total / seconds], { atLeast: linesPerSecond * 0.95 }),
    figure('… of them in the pane', '%', [(100 * lines) / total], { atLeast: 100 }),
    figure('… in order', '%', [(100 * ordered) / total], { atLeast: 100 }),
    figure('… the last one stands there after', 'ms', [behind]),
    figure('… frame, p95', 'ms', [percentile(sorted, 0.95)]),
    figure('… longest frame', 'ms', [sorted.at(-1) ?? Number.NaN]),
  ];
}

/** Runs in the page. */
function watchFrames(): void {
  const gaps: number[] = [];
  Reflect.set(window, 'benchGaps', gaps);
  let last = performance.now();
  const frame = (now: number) => {
    gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Runs in the page: which of the numbered lines stand there, how many of them right after their predecessor. */
function readLines(): { lines: number; ordered: number; gaps: number[] } {
  const text = document.querySelector('section[aria-label=Output]')?.textContent ?? '';
  const numbers = [...text.matchAll(/line (\d+)(?=\D|$)/g)].map(([, number]) => Number(number));
  const ordered = numbers.filter((number, at) => number === at).length;
  return { lines: new Set(numbers).size, ordered, gaps: Reflect.get(window, 'benchGaps') as number[] };
}

/** The page is left on the session while all of an hour is told to it, and looks at the end like at the beginning. */
async function anHour(scene: Scene): Promise<Figure[]> {
  const { id, slug } = await newSession(scene.house, 'hour');
  const page = await signedIn(scene.launched, scene.house);
  await page.goto(`${scene.house.url}/sessions/${slug}`);
  await page.locator('#events li').first().waitFor();
  const before = await heapOf(page);
  const each = 300;
  const seconds = await tell(scene, id, hourEvents / each, (each / toldPerSecond) * 1000, (at) =>
    Array.from({ length: each }, (_, n) =>
      said(`Line ${at * each + n} of what an agent says while it works on a task.`),
    ),
  );
  await page
    .getByText(`Line ${hourEvents - 1} of what`)
    .first()
    .waitFor({ timeout: 120_000 });
  const after = await heapOf(page);
  await page.context().close();
  return [
    figure('180,000 events told to an open tab', '/s', [hourEvents / seconds]),
    figure('… memory of the page’s scripts before', 'MB', [before]),
    figure('… and afterwards', 'MB', [after], { atMost: 250 }),
  ];
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  await session.detach();
  return usedSize / 1e6;
}
