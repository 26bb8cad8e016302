import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import {
  createSession,
  expectAccessible,
  expectFitsPhone,
  nobody,
  partsOfSession,
  rooms,
  setUp,
  stateOf,
} from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(480_000);
test.use({ bare: true, database: 'embedded' });

const work = script(`
- say: Looking at the repository.
- write: { path: NOTES.md, content: "# Notes\\n" }
- write: { path: src/extra.ts, content: "export const extra = 1;\\n" }
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- bash: npm test
- ask: git gc --auto
- say: The wrapping is right now.
`);

test('a stranger gets from the first run to a proven diff, live in two tabs', async ({ house, page, context }) => {
  const app = await house.start(nobody);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));

  await page.goto(house.url);
  await expectAccessible(page);
  await setUp(page, house, app);

  await page.goto(`${house.url}/repositories`);
  await page.getByRole('button', { name: /sample/i }).click();
  await expect(page.getByText('npm test').first()).toBeVisible();
  await expectAccessible(page);

  const slug = await createSession(page, house, { title: 'Fix the wrapping of long lines', prompt: work });
  const second = await context.newPage();
  await second.goto(page.url());

  // Both tabs are told by the socket alone: neither is loaded again.
  const asked = page.getByRole('button', { name: /allow once/i });
  await expect(asked).toBeVisible({ timeout: 60_000 });
  await expect(second.getByRole('button', { name: /allow once/i })).toBeVisible();
  await expect(page).toHaveTitle(/NEEDS YOU/i);
  await expectAccessible(page);
  await asked.click();

  for (const tab of [page, second]) {
    await expect(stateOf(tab).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(stateOf(tab)).toContainText(/proven/i);
    await expect(tab.getByRole('button', { name: /allow once/i })).toHaveCount(0);
  }
  await expect(page.getByText(/rehearsal/i).first()).toBeVisible();

  await page
    .getByRole('link', { name: /^changes/i })
    .first()
    .click();
  const files = page.getByRole('navigation', { name: 'Changed files' });
  await expect(files.getByRole('link', { name: /src\/wrap\.ts/ })).toBeVisible();
  await expect(page.getByText('width(word) <= columns').first()).toBeVisible();
  await expect(page.getByText(/exit 0/).first()).toBeVisible();
  expect(problems).toEqual([]);

  for (const path of partsOfSession) {
    await page.goto(`${house.url}/sessions/${slug}${path}`);
    await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
    await expectAccessible(page);
  }
  for (const path of [...rooms, '/nowhere']) {
    await page.goto(`${house.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page);
  }
  await trainOn(page, house.url, slug);
});

/** What was proven becomes a file to train on, once the team agrees, and is gone again when it no longer does. */
async function trainOn(page: Page, url: string, slug: string) {
  await page.goto(`${url}/datasets`);
  await expect(page.getByRole('button', { name: /write it/i })).toBeDisabled();
  await page.getByRole('button', { name: /agree for the team/i }).click();
  await expect(page.getByText(/said by ada lovelace/i)).toBeVisible();
  // The rehearsal is a script, so it is left out until it is asked for; the counts follow the hand.
  await expect(page.getByText('made by the rehearsal script')).toBeVisible();
  await page.getByLabel(/take the rehearsal script too/i).check();
  await expect(page.getByText('1 sample', { exact: true })).toBeVisible();
  await page.getByLabel(/^name/i).fill('Wrapping');
  await page.getByRole('button', { name: /write it/i }).click();
  await expect(page.getByText('COMPLETE', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(slug)).toBeVisible();
  await expectAccessible(page);
  await expectFitsPhone(page);
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'train.chat.jsonl' }).click();
  const text = await readFile(await (await coming).path(), 'utf8');
  const { messages } = JSON.parse(text) as { messages: { role: string }[] };
  expect(messages.map(({ role }) => role)).toEqual(expect.arrayContaining(['system', 'user', 'assistant', 'tool']));
  const sum = createHash('sha256').update(text).digest('hex');
  await page.reload();
  await expect(page.getByText(sum)).toBeVisible();
  await page.goto(`${url}/datasets`);
  await expectAccessible(page);
  await page.getByRole('button', { name: /take the consent back/i }).click();
  await page.getByRole('button', { name: /^take it back/i }).click();
  await expect(page.getByText('samples removed')).toBeVisible();
}
