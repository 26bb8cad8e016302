import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { type RestClient, script } from '../support/rest.ts';
import { templateOf } from '../support/template.ts';

// Bounded for a busy machine; an idle one takes a fifth of it.
test.setTimeout(240_000);
test.describe.configure({ mode: 'serial' });

const work = script(`
- write: { path: NOTES.md, content: "# Notes\\n" }
- ask: npm publish --dry-run
- write: { path: result.txt, content: "42\\n" }
`);

let house: Installation;
let api: RestClient;
let repositoryId: string;
/** The session of the first test, with a change on it; the second looks at it. */
let slug = '';

test.beforeAll(async () => {
  house = await createInstallation({ database: 'postgres', template: await templateOf('postgres') });
  await house.start();
  api = await house.api();
  repositoryId = (await api.register(await house.repository(), { verify: ['node check.js'] })).id;
});
test.afterAll(() => house.close());

/** A page is drawn before it hears; it says itself when it does. */
const listening = (page: Page) => expect(page.locator('html[data-keys=all]')).toBeAttached();

/** Presses Tab until it is there; on the way the focus is seen at every stop, and never lost. */
async function tabTo(page: Page, target: Locator, most = 90): Promise<void> {
  await expect(target).toBeVisible();
  let wrapped = false;
  for (let stops = 0; stops < most; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
    const wrong = await page.evaluate(unseenFocus);
    // After the last stop the browser's own bar has its turn, once.
    if (wrong === 'nowhere' && !wrapped) wrapped = true;
    else expect(wrong, `stop ${stops + 1} on the way to ${target}`).toBeNull();
  }
  throw new Error(`${most} stops did not lead to ${target}.`);
}

/** Runs in the page: what is wrong with the focus as it stands; null when it is seen. */
function unseenFocus(): string | null {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || at === document.body) return 'nowhere';
  const name = at.outerHTML.slice(0, 160);
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at);
  if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2 || outlineColor === 'rgba(0, 0, 0, 0)')
    return `no ring around ${name}`;
  const box = at.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 40)];
  if (box.width === 0 || x < 0 || x > innerWidth || y < 0 || y > innerHeight) return `out of sight: ${name}`;
  const over = document.elementFromPoint(x, y);
  return over === null || at.contains(over) || over.contains(at) || over.closest('label')?.contains(at)
    ? null
    : `${over.outerHTML.slice(0, 80)} lies over ${name}`;
}

const press = async (page: Page, target: Locator) => {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
};

test('the whole job by keyboard alone, told to a screen reader as it goes', async ({ page }) => {
  await page.goto(`${house.url}/login`);
  await tabTo(page, page.locator('[name=email]'));
  await page.keyboard.type(house.admin.email);
  await tabTo(page, page.locator('[name=password]'));
  await page.keyboard.type(house.admin.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${house.url}/`);
  await listening(page);
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "Skip to the content"
    - banner:
      - navigation "Main rooms"
      - navigation "Annunciator":
        - list:
          - listitem:
            - link /NEEDS YOU clear/
    - main:
      - heading "Overview" [level=1]
      - paragraph: /All is well/
      - region "Mission control"
  `);
  // A new beginning blinks where motion is wanted: the other test relies on being told of it.
  await page.evaluate(countAnimations);

  await page.keyboard.press('c');
  await expect(page).toHaveURL(/\/sessions\/new/);
  await expect(page.locator('main')).toBeFocused();
  await tabTo(page, page.locator('[name=title]'));
  await page.keyboard.type('Publish the notes');
  await tabTo(page, page.locator('[name=prompt]'));
  await page.keyboard.insertText(work);
  await tabTo(page, page.locator('[name=blueprint]:checked'));
  for (let choice = 0; choice < 12; choice += 1) {
    if ((await page.locator('[name=blueprint]:checked').getAttribute('value')) === 'single_task') break;
    await page.keyboard.press('ArrowDown');
  }
  await expect(page.getByLabel('Start at once')).toBeChecked();
  await press(page, page.getByRole('button', { name: /create session/i }));
  await expect(page).toHaveURL(/\/sessions\/IND-\d+/);
  slug = /IND-\d+/.exec(page.url())?.[0] ?? '';

  // Watched from another room: the lamp, the title and the live region tell of it, and N leads there.
  await listening(page);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/\/sessions$/);
  await expect(page).toHaveTitle(/^\[NEEDS YOU\]/, { timeout: 60_000 });
  await expect(page.getByRole('alert').filter({ hasText: `NEEDS YOU. ${slug}: Run npm publish` })).toBeAttached();
  // Said first, drawn with the next frame.
  await expect.poll(() => page.evaluate(() => window.animated)).toContain('blink-twice');
  await page.keyboard.press('n');
  await expect(page).toHaveURL(new RegExp(`/sessions/${slug}$`));
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - main:
      - heading /${slug} Publish the notes/ [level=1]
      - paragraph: /An agent asks permission/
      - status: ${slug} is RUNNING
      - 'alert': "${slug} needs you: PERMISSION"
      - region "Commands":
        - heading "Commands" [level=2]
      - navigation "Parts of the session"
      - region "Session"
      - complementary "Inspector":
        - region "Waits for you":
          - article "Asks permission":
            - heading "Asks permission" [level=2]
            - code: npm publish --dry-run
            - button "Allow once"
            - button "Reject"
  `);

  await press(page, page.getByRole('button', { name: 'Allow once' }));
  await expect(page.getByRole('button', { name: 'Allow once' })).toHaveCount(0);
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeFocused();
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('status').filter({ hasText: `${slug} is COMPLETED` })).toBeAttached();
  await press(page, page.getByRole('link', { name: /^Review the changes/ }));
  await expect(page).toHaveURL(/\/changes$/);
  await expect(page.getByText('# Notes').first()).toBeVisible();
  await press(page, page.getByRole('link', { name: 'To the decision' }));
  const accept = page.getByRole('button', { name: /^Accept the change/ });
  await press(page, accept);
  await expect(page.getByText(/ACCEPTED by/)).toBeVisible();
  // It can be pressed no more, says why, and has not dropped the focus.
  await expect(accept).toBeFocused();
  await expect(accept).toBeDisabled();
  await expectAccessible(page, { styles: true });
});

test('nothing is lost at twice the size and at 320 px, nor without colours and motion of its own', async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: 'en-US', deviceScaleFactor: 2 });
  const page = await context.newPage();
  await signIn(page, house);
  const rooms = ['/', '/sessions', '/sessions/new', '/asks', '/agents', '/telemetry', '/account'];
  const tabs = ['', '/graph', '/tasks', '/changes', '/checkpoints'].map((tab) => `/sessions/${slug}${tab}`);
  for (const path of [...rooms, ...tabs]) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${house.url}${path}`);
    await listening(page);
    // What another tab shows in one pane is not lost: the timeline has one, the graph and the tasks bring the plan.
    const elsewhere = panesElsewhere(path);
    const whole = await page.evaluate(offered, elsewhere);
    for (const [width, height] of [
      [720, 450],
      [320, 640],
    ] as const) {
      await page.setViewportSize({ width, height });
      await expect(page.getByRole('heading', { level: 1 }).first(), `${path} at ${width} px`).toBeVisible();
      // Panes give way to tabs a moment after the width has changed.
      // Softly, so that one run tells of every page.
      await expect
        .soft(async () =>
          expect(missing(whole, await page.evaluate(offered, elsewhere)), `${path} at ${width} px has lost`).toEqual(
            [],
          ),
        )
        .toPass({ timeout: 15_000 });
      expect.soft(await page.evaluate(sticksOut), `${path} scrolls sideways at ${width} px`).toEqual([]);
    }
  }
  await expectPlainSigns(context);
});

/** Runs in the page: what makes it scroll sideways. */
function sticksOut(): string[] {
  const { scrollWidth } = document.documentElement;
  if (scrollWidth <= innerWidth) return [];
  const out = [...document.querySelectorAll('body *')].filter(
    (element) => Math.ceil(element.getBoundingClientRect().right) >= scrollWidth,
  );
  return [`${scrollWidth} px`, ...out.slice(-4).map((element) => element.outerHTML.slice(0, 160))];
}

function panesElsewhere(path: string): string {
  // A phone lists the sessions without their hour: what a block of it leads to stands in the session's timeline.
  if (path === '/') return '[data-run]';
  // Of a long list as many rows are drawn as have room.
  if (/IND-\d+$/.test(path)) return '#pane-centre, #pane-inspector, #events';
  return /graph$|tasks$/.test(path) ? '#pane-timeline' : '#pane-timeline, #pane-inspector';
}

/** Runs in the page: the names of everything that can be done in its content, folded parts included. */
function offered(elsewhere: string): string[] {
  const all = document.querySelectorAll<HTMLElement>('main :is(a[href], button, input, select, textarea, summary)');
  return [...all]
    .filter((element) => element.closest(elsewhere) === null)
    .filter((element) => element.closest('details:not([open])') !== null || element.checkVisibility())
    .map((element) =>
      `${element.tagName} ${element.getAttribute('href') ?? element.getAttribute('name') ?? ''}`.trim(),
    );
}

/** The headings of a table that has no room for its columns are no loss where a field offers the same orders. */
const missing = (whole: readonly string[], now: readonly string[]) =>
  [...new Set(whole)].filter((one) => one !== 'BUTTON' && !one.includes('?sort=') && !now.includes(one));

/** Forced colours keep edges, lamps and the ring; without motion nothing moves when a lamp begins to burn. */
async function expectPlainSigns(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await page.goto(`${house.url}/sessions/new`);
  await listening(page);
  await page.evaluate(countAnimations);
  const { id } = await api.create({ repositoryId, title: 'One more that asks', prompt: work });
  await api.openAsk(id);
  const lamp = (word: RegExp) =>
    page.getByRole('navigation', { name: 'Annunciator' }).getByRole('link', { name: word });
  await expect(lamp(/NEEDS YOU/)).toContainText('1');
  const ground = (locator: Locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await ground(lamp(/NEEDS YOU/))).not.toBe(await ground(lamp(/QUOTA/)));
  expect(await page.evaluate(() => window.animated)).toEqual([]);
  expect(await page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length)).toBe(
    0,
  );

  const here = page.getByRole('navigation', { name: 'Main rooms' }).getByRole('link', { name: 'Sessions' });
  await expect(here).toHaveCSS('border-bottom-style', 'solid');
  for (const control of [page.locator('[name=title]'), page.getByRole('button', { name: /create session/i })]) {
    const edge = await control.evaluate((element) => {
      const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(element);
      return { width: Number.parseFloat(borderTopWidth), seen: borderTopColor !== backgroundColor };
    });
    expect(edge).toEqual({ width: expect.any(Number), seen: true });
    expect(edge.width).toBeGreaterThanOrEqual(1);
  }
  await tabTo(page, page.locator('[name=title]'));
  const [ring, paper] = await page
    .locator('[name=title]')
    .evaluate((element) => [getComputedStyle(element).outlineColor, getComputedStyle(document.body).backgroundColor]);
  expect(ring).not.toBe(paper);
}

declare global {
  interface Window {
    animated: string[];
  }
}

/** Runs in the page: keeps the name of every animation that begins from now on. */
function countAnimations(): void {
  window.animated = [];
  document.addEventListener('animationstart', ({ animationName }) => window.animated.push(animationName));
}
