import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(240_000);

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('keys go, find, move and select, and stay out of fields', async ({ stage, page }) => {
  const { id: repositoryId } = await stage.repository();
  const [first, second] = [
    await stage.api.create({ repositoryId, title: 'Alpha of the keys', prompt: script('- say: a'), start: false }),
    await stage.api.create({ repositoryId, title: 'Beta of the keys', prompt: script('- say: b'), start: false }),
  ];
  const discoveries: string[] = [];
  page.on('request', (request) => request.url().includes('/__manifest') && discoveries.push(request.url()));
  await signIn(page, stage.house);
  await expect(heading(page)).toBeVisible();

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Next session that needs you');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/\/sessions$/);

  // The newest is the first row.
  await expect(page.getByRole('link', { name: second.slug })).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: second.slug })).toBeFocused();
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page.getByText('2 sessions selected')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/sessions/${first.slug}$`));

  await page.keyboard.press('.');
  await expect(page.getByRole('option', { name: /^Start/ })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+k');
  const find = page.getByRole('combobox', { name: 'Find, go, act' });
  await find.fill('beta of the');
  await expect(page.getByRole('option', { name: new RegExp(second.slug) })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/sessions/${second.slug}$`));

  await page.keyboard.press('c');
  await expect(page).toHaveURL(/\/sessions\/new/);
  await page.locator('[name=title]').focus();
  await page.keyboard.type('gsjx?n.');
  await expect(page.locator('[name=title]')).toHaveValue('gsjx?n.');
  await expect(page).toHaveURL(/\/sessions\/new/);

  // Turned off, letters do nothing; the palette stays.
  await page.goto(`${stage.house.url}/account`);
  await page.getByRole('button', { name: /^Off/ }).click();
  await expect(page.getByRole('button', { name: /^Off/ })).toHaveAttribute('aria-pressed', 'true');
  await page.locator('h1').click();
  await page.keyboard.press('c');
  await page.keyboard.press('Control+k');
  await expect(find).toBeFocused();
  await expect(page).toHaveURL(/\/account$/);
  // Every route is known from the start (react-router.config.ts).
  expect(discoveries).toEqual([]);
});

test('keys that come before the script are carried out by it', async ({ stage, page }) => {
  const { id: repositoryId } = await stage.repository();
  await stage.api.create({ repositoryId, title: 'Gamma of the keys', prompt: script('- say: c'), start: false });
  await signIn(page, stage.house);
  const scripts = Promise.withResolvers<void>();
  await page.route(/\/assets\/.*\.js$/, async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(`${stage.house.url}/sessions`, { waitUntil: 'commit' });
  await expect(heading(page)).toBeVisible();
  // Text in a field is text, whoever hears it later.
  await page.locator('[name=q]').pressSequentially('c');
  await page.locator('[name=q]').blur();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  scripts.resolve();
  await expect(page).toHaveURL(/\/agents$/);
});

test('a view is kept, and one order for several sessions says what became of each', async ({ stage, page }) => {
  const { id: repositoryId } = await stage.repository();
  const make = (title: string) =>
    stage.api.create({ repositoryId, title, prompt: script('- say: x'), tags: ['batch'], start: false });
  const made = [await make('One of the batch'), await make('Two of the batch'), await make('Three of the batch')];
  await stage.api.ok('POST', `/sessions/${made[2]?.id}/cancel`);
  await signIn(page, stage.house);
  await page.goto(`${stage.house.url}/sessions?tag=batch`);
  await page.getByLabel('Keep this view as').fill('The batch');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByRole('link', { name: /^The batch\s*3$/ })).toHaveAttribute('aria-current', 'true');

  await page.getByLabel('Select all 3 shown').check();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(heading(page)).toHaveText('Cancel 3 sessions');
  await expect(page.getByText(/Refused: It is CANCELLED/)).toBeVisible();
  await expectAccessible(page);
  const order = page.getByRole('button', { name: /^Cancel 2 sessions/ });
  await page.getByLabel(/Type cancel 2 to confirm/).fill('cancel 3');
  await order.click();
  await expect(page.getByRole('alert').filter({ hasText: 'Type cancel 2' })).toBeVisible();
  await page.getByLabel(/Type cancel 2 to confirm/).fill('cancel 2');
  await order.click();
  await expect(page.getByText('2 sessions cancelled.')).toBeVisible();
  for (const { id } of made) expect((await stage.api.session(id)).status).toBe('cancelled');

  await page.goto(`${stage.house.url}/sessions?tag=batch`);
  await page.getByRole('button', { name: 'Remove view The batch' }).click();
  await expect(page.getByRole('link', { name: /^The batch/ })).toHaveCount(0);
});
