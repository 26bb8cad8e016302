import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { App } from './app.ts';
import type { Installation } from './installation.ts';

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

/** No violation of WCAG 2.2 up to AAA, as far as a program can tell: every journey asks it of the pages it opens. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag21aaa', 'wcag22aa', 'best-practice'])
    .options({ rules: { 'color-contrast-enhanced': { enabled: true } } })
    .analyze();
  const told = violations.map(
    (one) =>
      `${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.html.slice(0, 200)}\n  ${node.failureSummary ?? ''}`).join('\n')}`,
  );
  expect(told, `${page.url()} has violations`).toEqual([]);
}
