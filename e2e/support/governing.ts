import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, expect, type Page } from '@playwright/test';
import postgres from 'postgres';
import type { Installation } from './installation.ts';
import { partsOfSession, rooms, signIn } from './pages.ts';

const run = promisify(execFile);

/** Somebody signed in, in a browser of their own. */
export async function enter(
  browser: Browser,
  house: Installation,
  who: { email: string; password: string },
): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await signIn(page, { ...house, admin: who });
  return page;
}

/** Whose account it is may change it, whatever the role. */
const everywhere = [
  ...rooms.filter((room) => room !== '/account'),
  '/sessions/-/deleted',
  '/runtimes',
  '/asks/answered',
  '/asks/rules',
  '/approvals',
  '/telemetry',
  '/architecture',
];
const tabs = [...partsOfSession, '/force-complete'];
/** What a viewer walks through: the rooms, a session that is over and one that waits. */
export const readable = (over: string, waiting: string) => [
  ...everywhere,
  ...tabs.map((tab) => `/sessions/${over}${tab}`),
  ...['', '/tasks', '/force-complete'].map((tab) => `/sessions/${waiting}${tab}`),
];

/** A command of local administration, as somebody types it on the machine. */
export async function locally(house: Installation, ...words: string[]): Promise<string> {
  const program = resolve(import.meta.dirname, '../../server/admin-cli.ts');
  const { stdout } = await run(process.execPath, [program, ...words], { env: house.environment });
  return stdout.trim();
}

/** A token of that person's, for what is read and for sessions. */
export async function tokenOf(house: Installation, email: string): Promise<string> {
  const said = await locally(
    house,
    'token',
    '--email',
    email,
    '--scopes',
    'sessions:read,sessions:write,repositories:read',
  );
  return said.split('\n').at(-1) ?? '';
}

/** The secret of a token as the page shows it, once. */
export const madeToken = async (page: Page): Promise<string> => (await page.locator('main output').textContent()) ?? '';

/** Runs SQL beside the app, as time or an operator would. */
export async function beside(house: Installation, ...statements: string[]): Promise<void> {
  const sql = postgres(house.environment.DATABASE_URL ?? '', { max: 1 });
  for (const statement of statements) await sql.unsafe(statement);
  await sql.end();
}

/** The buttons of a page that would change something if they were pressed. */
export function enabledChangers(page: Page): Promise<string[]> {
  return page.locator('main').evaluate((main) => {
    const forms = [...main.querySelectorAll<HTMLFormElement>('form')].filter((form) => form.method === 'post');
    const buttons = forms
      .flatMap((form) => [...form.elements])
      .concat(...main.querySelectorAll('[aria-haspopup=dialog]'));
    return buttons
      .filter((one) => one instanceof HTMLButtonElement && (one.type === 'submit' || one.ariaHasPopup === 'dialog'))
      .filter((one) => !one.matches(':disabled') && one.checkVisibility())
      .map((one) => (one.textContent ?? '').trim());
  });
}

/** Sentences of the audit, oldest first. */
export async function storyOf(page: Page): Promise<string[]> {
  const told: string[] = [];
  for (;;) {
    const entries = page.getByRole('list', { name: /^Audit, newest of/ }).getByRole('listitem');
    await expect(entries.first()).toBeVisible();
    told.push(...(await entries.locator('p:first-child').allTextContents()));
    const older = page.getByRole('link', { name: /^Older entries/ });
    if ((await older.count()) === 0) return told.toReversed();
    const before = page.url();
    await older.click();
    await expect(page).not.toHaveURL(before);
  }
}
