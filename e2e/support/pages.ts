import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { App } from './app.ts';
import type { Installation } from './installation.ts';

/** Under the address of a session. */
export const partsOfSession = [
  '',
  '/graph',
  '/tasks',
  '/output',
  '/changes',
  '/checkpoints',
  '/context',
  '/metrics',
  '/blueprint',
];
/** What a member walks through, of an installation as it comes. */
export const rooms = [
  '/',
  '/sessions',
  '/sessions/new',
  '/agents',
  '/agents/new',
  '/agents/AGENT-REVIEWER-01',
  '/agents/AGENT-REVIEWER-01/edit',
  '/routing',
  '/routing/what-if',
  '/blueprints',
  '/blueprints/crud',
  '/blueprints/-/new',
  '/blueprints/-/import',
  '/contexts',
  '/contexts/merge',
  '/conflicts',
  '/datasets',
  '/repositories',
  '/asks',
  '/account',
];

/** Knobs of an installation that nobody has set up yet. */
export const nobody = { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' } as const;

/** The one-time code as a person reads it from the terminal. */
export function setupCodeOf(app: App): string {
  const code = /One-time setup code: (\S+)/.exec(app.output())?.[1];
  if (code === undefined) throw new Error(`The start printed no setup code:\n${app.output()}`);
  return code;
}

/** The first run: creates team and admin, and is signed in afterwards. */
export async function setUp(page: Page, house: Installation, app: App): Promise<void> {
  await page.goto(house.url);
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel(/code/i).fill(setupCodeOf(app));
  await page.locator('[name=teamName]').fill('Founders');
  await page.locator('[name=name]').fill('Ada Lovelace');
  await page.locator('[name=email]').fill(house.admin.email);
  await page.locator('[name=password]').fill(house.admin.password);
  await page.getByRole('button', { name: /set up/i }).click();
  await expect(page).not.toHaveURL(/\/setup/);
}

export async function signIn(page: Page, house: Installation): Promise<void> {
  await page.goto(`${house.url}/login`);
  await page.locator('[name=email]').fill(house.admin.email);
  await page.locator('[name=password]').fill(house.admin.password);
  await page.getByRole('button', { name: /sign in/i }).click();
  await expect(page).not.toHaveURL(/\/login/);
}

/** A session through the form, of one task unless another way to plan is named; answers its slug. */
export async function createSession(
  page: Page,
  house: Installation,
  input: { title: string; prompt: string; blueprint?: string; autonomy?: string },
): Promise<string> {
  await page.goto(`${house.url}/sessions/new`);
  await page.locator('[name=title]').fill(input.title);
  await page.locator('[name=prompt]').fill(input.prompt);
  await page.locator(`[name=blueprint][value=${input.blueprint ?? 'single_task'}]`).check();
  if (input.autonomy !== undefined) await page.locator('[name=autonomy]').selectOption(input.autonomy);
  await page.getByLabel('Start at once').check();
  await page.getByRole('button', { name: /create session/i }).click();
  await expect(page).toHaveURL(/\/sessions\/IND-\d+/);
  return /IND-\d+/.exec(page.url())?.[0] ?? '';
}

/** What the page says its session is. */
export function stateOf(page: Page) {
  return page.locator('main header').first();
}

/**
 * No violation of WCAG 2.2 up to AAA, as far as a program can tell: every journey asks it of the pages it opens. Reading
 * every style sheet again costs a third of it and serves one rule, about turned screens: once, with `styles`, is enough.
 */
export async function expectAccessible(page: Page, { styles = false } = {}): Promise<void> {
  // In the page itself: else every call opens a page of its own, only to put the frames together.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag21aaa', 'wcag22aa', 'best-practice'])
    // 7:1 holds 4.5:1 as well; and of what is right nothing has to be told.
    .options({
      rules: { 'color-contrast-enhanced': { enabled: true }, 'color-contrast': { enabled: false } },
      resultTypes: ['violations'],
      preload: styles,
    })
    .analyze();
  const told = violations.map(
    (one) =>
      `${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.html.slice(0, 200)}\n  ${node.failureSummary ?? ''}`).join('\n')}`,
  );
  expect(told, `${page.url()} has violations`).toEqual([]);
}

/**
 * Nothing scrolls sideways, and every target can be hit by a finger: 44 px each way. Left out are links inside
 * sentences, what a larger target of the page does as well, the nodes of the graph (the table beside it has them all)
 * and the numbers of a diff's lines, which are as high as the text.
 */
export async function expectFitsPhone(page: Page): Promise<void> {
  const { width, room, small, cut } = await page.evaluate(measurePage);
  // Softly, so that one run tells of every page.
  expect.soft(width, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(room);
  expect.soft(small, `${page.url()} has targets under 44 px`).toEqual([]);
  // A pane as low as that lets what stands in it lie over what comes after.
  expect.soft(cut, `${page.url()} has panes lower than what stands in them`).toEqual([]);
}

/** Runs in the page. */
function measurePage(): { width: number; room: number; small: string[]; cut: string[] } {
  const all = document.querySelectorAll<HTMLElement>(
    'a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [role=tab]',
  );
  /** What is really hit: a box's label, or the row that a link is stretched over. */
  const targetOf = (element: HTMLElement): Element => {
    if (element instanceof HTMLInputElement && ['checkbox', 'radio'].includes(element.type))
      return element.closest('label') ?? element.labels?.[0] ?? element;
    const after = getComputedStyle(element, '::after');
    if (after.content !== 'none' && after.position === 'absolute' && after.top === '0px' && after.bottom === '0px') {
      let row: Element | null = element;
      while (row !== null && getComputedStyle(row).position === 'static') row = row.parentElement;
      return row ?? element;
    }
    return element;
  };
  const inSentence = (element: HTMLElement) =>
    element.tagName === 'A' &&
    getComputedStyle(element).display === 'inline' &&
    (element.closest('p')?.textContent ?? '').trim().length > (element.textContent ?? '').trim().length;
  const large = (element: Element) => {
    const { width, height } = targetOf(element as HTMLElement).getBoundingClientRect();
    return width >= 43.5 && height >= 43.5;
  };
  const doneElsewhere = (element: HTMLElement) =>
    element instanceof HTMLAnchorElement &&
    [...all].some((other) => other.getAttribute('href') === element.getAttribute('href') && large(other));
  const small: string[] = [];
  for (const element of all) {
    if (!element.checkVisibility({ visibilityProperty: true }) || inSentence(element)) continue;
    if (element.closest('.react-flow__node, .diff-line-button') !== null || doneElsewhere(element)) continue;
    const { width, height } = targetOf(element).getBoundingClientRect();
    // Read aloud only, or shown when it is focused.
    if (width <= 1 || height <= 1 || getComputedStyle(element).clipPath !== 'none') continue;
    if (width < 43.5 || height < 43.5)
      small.push(`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 160)}`);
  }
  const cut = [...document.querySelectorAll('.session-panes > [data-panel]')]
    .filter((pane) => pane.checkVisibility() && pane.scrollHeight > pane.getBoundingClientRect().height + 1)
    .map((pane) => `${pane.id}: ${pane.scrollHeight} px in ${pane.getBoundingClientRect().height} px`);
  return { width: document.documentElement.scrollWidth, room: innerWidth, small, cut };
}
