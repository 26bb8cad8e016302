import { expect, shareHouse, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';

test.setTimeout(240_000);

const shared = shareHouse();

// First, while nothing has been decided.
test('weights that do not add up are refused with their sum, with and without scripts', async ({ page, browser }) => {
  const { house } = shared;
  await signIn(page, house);
  await page.goto(`${house.url}/routing/what-if`);
  await page.locator('[name="weights.load"]').fill('0.1');
  await expect(page.getByRole('button', { name: /Judge again/ })).toBeDisabled();
  await expect(page.getByText('They add up to 0.95, 0.05 short of 1.')).toBeVisible();
  await page.locator('[name="weights.performance"]').fill('0.35');
  await page.getByRole('button', { name: /Judge again/ }).click();
  await expect(page.getByText('Nothing was decided in the last 30 days.')).toBeVisible();

  const plain = await browser.newContext({ javaScriptEnabled: false });
  try {
    const tab = await plain.newPage();
    await signIn(tab, house);
    await tab.goto(`${house.url}/routing/what-if`);
    await tab.locator('[name="weights.load"]').fill('0.1');
    await tab.getByRole('button', { name: /Judge again/ }).click();
    await expect(tab.locator('main').getByRole('alert')).toContainText('0.95');
    await expect(tab.locator('[name="weights.load"]')).toHaveValue('0.1');
  } finally {
    await plain.close();
  }
});

test('a lead registers an agent, sees why it is chosen, drains it and takes it off', async ({ page }) => {
  const { house } = shared;
  await signIn(page, house);

  await page.goto(`${house.url}/agents`);
  await expect(page.getByRole('link', { name: /AGENT-.+-01/ })).toHaveCount(8);
  // OpenCode comes up meanwhile, and the page says so by itself.
  await expect(page.getByText('8 of 8')).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  await page.goto(`${house.url}/agents?view=capabilities`);
  await expect(page.getByRole('row', { name: /^conflict resolution/ })).toContainText('primary 1');

  await page.goto(`${house.url}/agents/new`);
  await page.locator('[name=name]').fill('agent of ours');
  await page.locator('[name=type]').selectOption('debugger');
  await page.locator('[name="held.debugging"]').selectOption('primary');
  await page.getByRole('button', { name: /^Register/ }).click();
  await expect(page.locator('main').getByRole('alert')).toContainText('AGENT-');
  await expect(page.locator('[name="held.debugging"]')).toHaveValue('primary');
  await page.locator('[name=name]').fill('AGENT-OURS');
  await page.getByRole('button', { name: /^Register/ }).click();
  await expect(page).toHaveURL(/\/agents\/AGENT-OURS/);
  await expectAccessible(page);

  await page.goto(`${house.url}/routing`);
  await page.getByLabel('debugging', { exact: true }).check();
  await page.getByLabel('code generation', { exact: true }).uncheck();
  await page.getByLabel('Asked-for agent').selectOption('AGENT-OURS');
  const chosen = page.getByRole('row', { name: /AGENT-OURS/ });
  // It is heard for the first time within half a minute.
  await expect(async () => {
    await page.getByRole('button', { name: /Who would get it/ }).click();
    await expect(chosen).toContainText('CHOSEN', { timeout: 3_000 });
  }).toPass({ timeout: 60_000 });
  await expect(chosen).toContainText('0.200');
  await expectAccessible(page);

  await page.goto(`${house.url}/agents/AGENT-OURS`);
  await page.getByRole('button', { name: /^Drain/ }).click();
  await expect(page.getByText('DRAINING').first()).toBeVisible();
  await page.getByRole('button', { name: /^End the drain/ }).click();
  await page.getByRole('button', { name: /^Disable/ }).click();
  await expect(page.getByText('DISABLED').first()).toBeVisible();

  await page.getByRole('link', { name: /^Edit/ }).click();
  await page.locator('[name=maxConcurrentTasks]').fill('9');
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText('0 of 9')).toBeVisible();

  await page.getByRole('button', { name: /Take off the fleet/ }).click();
  await page.getByRole('textbox').fill('AGENT-OURS');
  await page.getByRole('button', { name: 'Take it off' }).click();
  await expect(page.getByText('AGENT-OURS was taken off the fleet')).toBeVisible();
});
