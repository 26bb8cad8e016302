import type { Browser, Page } from '@playwright/test';
import { TOTP } from 'otpauth';
import { expect, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';

const password = 'seven odd otters juggle';

/** Somebody else's browser. */
async function another(browser: Browser): Promise<Page> {
  return (await browser.newContext({ locale: 'en-US' })).newPage();
}

async function enter(page: Page, email: string): Promise<void> {
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(password);
  await page.getByRole('button', { name: /^sign in/i }).click();
}

// It works through many pages with two and three browsers.
test.setTimeout(240_000);

test('somebody is invited, gets another role with a page open, changes team and proves themselves twice', async ({
  house,
  page,
  browser,
}) => {
  await house.start();
  await signIn(page, house);

  // Invited by a link that is shown once.
  await page.goto(`${house.url}/admin/people`);
  await expectAccessible(page);
  await page.locator('[name=email]').fill('nowhere');
  await page.getByRole('button', { name: /^invite/i }).click();
  await expect(page.locator('[name=email]')).toHaveAttribute('aria-invalid', 'true');
  await page.locator('[name=email]').fill('eve@example.com');
  await page.locator('[name=name]').fill('Eve');
  await page.getByRole('button', { name: /^invite/i }).click();
  const link = (await page.locator('main output').textContent()) ?? '';
  expect(link).toContain(`${house.url}/join/`);
  await expect(page.getByRole('row', { name: /eve@example\.com/ })).toContainText('INVITED');
  await expectAccessible(page);

  const eve = await another(browser);
  await eve.goto(link);
  await expect(eve.getByText('eve@example.com')).toBeVisible();
  await expectAccessible(eve);
  await eve.locator('[name=password]').fill('short');
  await eve.getByRole('button', { name: /^join/i }).click();
  await expect(eve.locator('[name=password]')).toHaveAttribute('aria-invalid', 'true');
  await eve.locator('[name=password]').fill(password);
  await eve.getByRole('button', { name: /^join/i }).click();
  await expect(eve).toHaveURL(`${house.url}/`);
  await eve.goto(link);
  await expect(eve.getByRole('heading', { level: 1 })).toContainText('ask the admin');

  // Another role, while she writes: she is led to the sign-in at once, and finds what she wrote.
  const thought = eve.locator('form#token [name=name]');
  await eve.goto(`${house.url}/account`);
  await thought.fill('Half a thought');
  await page.getByRole('link', { name: 'Eve', exact: true }).click();
  await page.locator('[name=role][value=lead]').check();
  await page.getByRole('button', { name: /^change the role/i }).click();
  await expect(page.getByText(/the role is changed/i)).toBeVisible();
  await expectAccessible(page);
  await expect(eve).toHaveURL(/\/login\?next=%2Faccount$/);
  await enter(eve, 'eve@example.com');
  await expect(eve).toHaveURL(/\/account$/);
  await expect(thought).toHaveValue('Half a thought');
  await eve.goto(`${house.url}/admin/people`);
  await expect(eve.getByText('FORBIDDEN')).toBeVisible();

  // A second team, entered from the head of the page; nothing of the first is there.
  await page.goto(`${house.url}/admin/team`);
  await expectAccessible(page);
  await page.locator('form:has([value=create]) [name=name]').fill('Second works');
  await page.getByRole('button', { name: /^make the team/i }).click();
  await expect(page.getByText(/the team is made/i)).toBeVisible();
  await page.locator('header summary', { hasText: 'Team:' }).click();
  await page
    .getByRole('button', { name: /second works/i })
    .first()
    .click();
  await expect(page).toHaveURL(`${house.url}/`);
  await page.goto(`${house.url}/admin/people`);
  await expect(page.getByRole('row', { name: /eve@example\.com/ })).toHaveCount(0);
  await page.goto(`${house.url}/account`);
  await page
    .getByRole('button', { name: /^enter/i })
    .last()
    .click();
  await expect(page).toHaveURL(`${house.url}/`);
  await page.goto(`${house.url}/admin/people`);
  await expect(page.getByRole('row', { name: /eve@example\.com/ })).toHaveCount(1);

  // The team wants a second factor: whoever has none is led to it, with the page they have open.
  await eve.goto(`${house.url}/account`);
  await expectAccessible(eve);
  await page.goto(`${house.url}/second-factor`);
  const secret = await enrol(page);
  await page.getByRole('link', { name: /go on/i }).click();
  await page.goto(`${house.url}/admin/team`);
  await page.getByLabel(/a second factor is required/i).check();
  await page.getByRole('button', { name: /^save/i }).click();
  await expect(page.getByText(/^saved/i)).toBeVisible();
  await expect(eve).toHaveURL(/\/second-factor$/);
  await eve.goto(`${house.url}/sessions`);
  await expect(eve).toHaveURL(/\/second-factor$/);
  const own = await enrol(eve, true);
  await eve.getByRole('link', { name: /go on/i }).click();
  await eve.goto(`${house.url}/sessions`);
  await expect(eve).toHaveURL(/\/sessions$/);
  expect(own).not.toBe(secret);

  // Signing in asks for the code from now on, and takes a recovery code in its place.
  const again = await another(browser);
  await again.goto(`${house.url}/login?next=%2Fasks`);
  await enter(again, 'eve@example.com');
  await expect(again).toHaveURL(/\/login\/code\?next=%2Fasks$/);
  await expectAccessible(again);
  await again.locator('[name=code]').fill('000000');
  await again.getByRole('button', { name: /^sign in/i }).click();
  await expect(again.locator('[name=code]')).toHaveAttribute('aria-invalid', 'true');
  await again.locator('[name=code]').fill(recovery);
  await again.getByRole('button', { name: /^sign in/i }).click();
  await expect(again).toHaveURL(/\/asks$/);

  for (const path of ['/admin/people', '/admin/team', '/account', '/second-factor']) {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${house.url}${path}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
  }
});

let recovery = '';

/** Sets the second factor up as a person with an app does; answers the secret. */
async function enrol(page: Page, checked = false): Promise<string> {
  await page.getByRole('button', { name: /^begin/i }).click();
  const shown = page.locator('main output').first();
  await expect(shown).toBeVisible();
  const secret = ((await shown.textContent()) ?? '').replace(/\s/g, '');
  if (checked) await expectAccessible(page);
  await page.locator('[name=code]').fill(new TOTP({ secret }).generate());
  await page.getByRole('button', { name: /^turn it on/i }).click();
  await expect(page.getByText(/recovery codes: keep them/i)).toBeVisible();
  recovery = (await page.locator('main output span').first().textContent()) ?? '';
  if (checked) await expectAccessible(page);
  return secret;
}
