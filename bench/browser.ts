import { type Browser, chromium, type Page } from '@playwright/test';
import type { Installation } from '../e2e/support/installation.ts';
import { findBrowser } from '../scripts/browser.ts';
import { withStoredPast } from './browser-data.ts';
import { type Figure, figure } from './figures.ts';
import { inHouse, production } from './house.ts';

const events = 50_000;
const rounds = 5;
const window = { width: 1440, height: 900 };
/** No sandbox in a container, and nothing of the browser's own on the line. */
export const quietBrowser = ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--disable-quic'];

/** What pages cost in a real browser, on sessions with a generated past: the longest, and graphs of 500 and 5,000 tasks. */
export function browser(): Promise<Figure[]> {
  return inHouse(async (house) => {
    const slugs = await sessionsWithAPast(house);
    const app = await house.start(production);
    const launched = await chromium.launch({ executablePath: await findBrowser(), args: quietBrowser });
    try {
      return [
        ...(await firstRoute(launched, house)),
        ...(await longTimeline(launched, house, slugs.long)),
        ...(await graph(launched, house, { slug: slugs.flat, name: '500 tasks', boxes: 500, atMost: 300 })),
        ...(await graph(launched, house, {
          ...{ slug: slugs.grouped, name: '5,000 tasks in 100 folded groups', boxes: 100, atMost: 1_000 },
        })),
      ];
    } finally {
      await launched.close();
      await app.stop();
    }
  });
}

async function sessionsWithAPast(house: Installation) {
  const first = await house.start(production);
  const api = await house.api();
  const { id: repositoryId } = await api.register(await house.repository(), { verify: ['node check.js'] });
  const make = async () => (await api.create({ repositoryId, prompt: 'Do this.', start: false })).slug;
  const slugs = { long: await make(), flat: await make(), grouped: await make() };
  await first.stop();
  await withStoredPast(house.dataDir, async (past) => {
    await past.events(slugs.long, events);
    await past.graph(slugs.flat, 500, 0);
    await past.graph(slugs.grouped, 5_000, 50);
  });
  return slugs;
}

/** A page of the administrator's, in a context of its own. */
export async function signedIn(launched: Browser, house: Installation): Promise<Page> {
  const context = await launched.newContext({ viewport: window, locale: 'en-US' });
  const page = await context.newPage();
  await page.goto(`${house.url}/login`);
  await page.locator('[name=email]').fill(house.admin.email);
  await page.locator('[name=password]').fill(house.admin.password);
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.waitForURL((url) => url.pathname === '/');
  return page;
}

/** What a browser that was never here loads to show the first page: scripts as they come over the line. */
async function firstRoute(launched: Browser, house: Installation): Promise<Figure[]> {
  const page = await signedIn(launched, house);
  const { cookies } = await page.context().storageState();
  await page.context().close();
  const sizes: Record<string, number[]> = { '/': [], '/sessions/IND-1': [] };
  for (const [path, bytes] of Object.entries(sizes)) {
    const context = await launched.newContext({ viewport: window, locale: 'en-US' });
    await context.addCookies(cookies);
    const fresh = await context.newPage();
    const pending: Promise<number>[] = [];
    fresh.on('requestfinished', (request) => {
      if (request.resourceType() === 'script')
        pending.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    await fresh.goto(`${house.url}${path}`, { waitUntil: 'networkidle' });
    bytes.push((await Promise.all(pending)).reduce((sum, one) => sum + one, 0) / 1000);
    await context.close();
  }
  return [
    figure('scripts of the first page, compressed', 'kB', sizes['/'] ?? [], { atMost: 180 }),
    figure('scripts of a session’s page, compressed', 'kB', sizes['/sessions/IND-1'] ?? []),
  ];
}

interface Scrolled {
  readonly gaps: number[];
  readonly rows: number;
}

/** Through the whole of it by hand's speed, from the newest to the first and back by leaps. */
async function longTimeline(launched: Browser, house: Installation, slug: string): Promise<Figure[]> {
  const page = await signedIn(launched, house);
  await page.goto(`${house.url}/sessions/${slug}`);
  await page.locator('#events li').first().waitFor();
  await page.waitForTimeout(2_000);
  const worst: number[] = [];
  const long: number[] = [];
  const rows: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { gaps, rows: most } = await page.evaluate(scroll, round);
    worst.push(Math.max(...gaps));
    long.push((gaps.filter((gap) => gap > 50).length / gaps.length) * 100);
    rows.push(most);
  }
  const jumps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const seq = 1_000 + round * 9_000;
    jumps.push(await page.evaluate(jump, seq));
  }
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  await page.context().close();
  return [
    figure('50,000 events, scrolled: longest frame', 'ms', worst, { atMost: 50 }),
    figure('… frames over 50 ms', '%', long),
    figure('… rows in the document, at most', 'rows', rows, { atMost: 150 }),
    figure('… a leap of thousands until its rows are read and drawn', 'ms', jumps),
    figure('… memory of the page’s scripts afterwards', 'MB', [usedSize / 1e6], { atMost: 250 }),
  ];
}

/** Runs in the page: four seconds of scrolling up as a wheel does, with every frame's length and the rows it held. */
function scroll(round: number): Promise<Scrolled> {
  const box = document.getElementById('events');
  if (box === null) throw new Error('The page shows no events.');
  box.scrollTop = box.scrollHeight * (1 - round * 0.15);
  const gaps: number[] = [];
  let rows = 0;
  return new Promise((done) => {
    let last = 0;
    const begun = performance.now();
    const frame = (now: number) => {
      // The first frames belong to the leap to where the round begins.
      if (last > 0 && now - begun > 300) gaps.push(now - last);
      last = now;
      rows = Math.max(rows, box.querySelectorAll('li').length);
      box.scrollTop -= 120;
      if (now - begun > 4_300) done({ gaps, rows });
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

/** Runs in the page: leaps to a far place and waits until the row that stands there has been read. */
function jump(seq: number): Promise<number> {
  const box = document.getElementById('events');
  if (box === null) throw new Error('The page shows no events.');
  const begun = performance.now();
  box.scrollTop = (seq / 50_000) * box.scrollHeight;
  return new Promise((done) => {
    const look = () => {
      const seen = box.getBoundingClientRect();
      const there = [...box.querySelectorAll('article')].some((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > seen.top && top < seen.bottom;
      });
      if (there) done(performance.now() - begun);
      else requestAnimationFrame(look);
    };
    // Not the rows that were there before.
    requestAnimationFrame(() => requestAnimationFrame(look));
  });
}

interface Asked {
  readonly slug: string;
  readonly name: string;
  /** How many tasks and folded groups the whole picture has. */
  readonly boxes: number;
  readonly atMost: number;
}

interface Painted {
  /** Nodes and lines of their own in the document. */
  readonly elements: number;
  /** What is in the picture, in full or as part of a shape that many share. */
  readonly boxes: number;
}

/**
 * From the press of the tab to the frame in which tasks stand, and from the address alone to the same; then from afar, where
 * what is too small to be read is drawn by its state in one shape of a kind.
 */
async function graph(launched: Browser, house: Installation, { slug, name, boxes, atMost }: Asked): Promise<Figure[]> {
  const page = await signedIn(launched, house);
  const times: number[] = [];
  const cold: number[] = [];
  const bytes: number[] = [];
  const near: Painted[] = [];
  const far: Painted[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const answer = await page.goto(`${house.url}/sessions/${slug}/graph`, { waitUntil: 'commit' });
    await page.locator('.react-flow__node').first().waitFor();
    cold.push(performance.now() - begun);
    await page.waitForLoadState('networkidle');
    const sizes = await answer?.request().sizes();
    bytes.push((sizes?.responseBodySize ?? Number.NaN) / 1000);
    await page.getByRole('link', { name: 'Context', exact: true }).click();
    await page.waitForURL(/\/context/);
    await page.locator('.react-flow__node').first().waitFor({ state: 'detached' });
    await page.waitForTimeout(500);
    times.push(await page.evaluate(open));
    await page.waitForTimeout(300);
    near.push(await page.evaluate(painted));
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await page.waitForTimeout(300);
    far.push(await page.evaluate(painted));
  }
  await page.context().close();
  const most = Math.max(...[...near, ...far].map(({ elements }) => elements));
  return [
    figure(`graph of ${name}: first paint`, 'ms', times, { atMost }),
    figure('… opened by its address, from the request on', 'ms', cold),
    figure('… the page as it comes over the line', 'kB', bytes),
    figure('… nodes and lines in the document, at most', 'elements', [most], { atMost: 800 }),
    figure(
      '… tasks and groups in the picture, near and from afar',
      'boxes',
      [...near, ...far].map((one) => one.boxes),
      { atLeast: boxes },
    ),
  ];
}

/** Runs in the page. */
function painted(): Painted {
  const picture = document.querySelector('[data-outlines]');
  if (!(picture instanceof HTMLElement)) throw new Error('The page shows no graph.');
  const nodes = picture.querySelectorAll('.react-flow__node').length;
  const shapes = picture.querySelectorAll('svg[data-rest] path').length;
  return {
    elements: nodes + picture.querySelectorAll('.react-flow__edge').length + shapes,
    boxes: nodes + Number(picture.dataset.outlines),
  };
}

/** Runs in the page. */
function open(): Promise<number> {
  const tab = [...document.querySelectorAll('nav a')].find((link) => link.textContent === 'Graph');
  if (!(tab instanceof HTMLElement)) throw new Error('The page has no tab of the graph.');
  const begun = performance.now();
  tab.click();
  return new Promise((done) => {
    const look = () => {
      if (document.querySelector('.react-flow__node') === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => done(performance.now() - begun));
    };
    look();
  });
}
