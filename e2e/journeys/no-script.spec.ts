import { expect, test } from '../support/fixtures.ts';
import { createSession, signIn, stateOf } from '../support/pages.ts';
import { script } from '../support/rest.ts';

test.use({ javaScriptEnabled: false });

test('the main job is done without JavaScript', async ({ house, page }) => {
  await house.start();
  const api = await house.api();
  await signIn(page, house);

  await page.goto(`${house.url}/repositories`);
  await page.getByRole('button', { name: /sample/i }).click();
  await expect(page.getByText('npm test').first()).toBeVisible();

  // A mistake is told beside its field, and nothing that was typed is lost.
  await page.goto(`${house.url}/sessions/new`);
  await page.locator('[name=title]').fill('Untitled');
  await page.locator('[name=prompt]').fill('Keep what I have typed.');
  await page.getByRole('button', { name: /create session/i }).click();
  await expect(page.locator('[name=title]')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('[name=prompt]')).toHaveValue(/Keep what I have typed/);

  const slug = await createSession(page, house, {
    title: 'Fix the wrapping of long lines',
    prompt: script(`
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- ask: git gc --auto
`),
  });
  await api.openAsk((await api.session(slug)).id);
  await page.goto(`${house.url}/sessions/${slug}`);
  await page.getByRole('button', { name: /allow once/i }).click();
  await api.waitFor(slug, 'completed');
  await page.goto(`${house.url}/sessions/${slug}`);
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
  await page.goto(`${house.url}/sessions/${slug}/changes`);
  const files = page.getByRole('navigation', { name: 'Changed files' });
  await expect(files.getByRole('link', { name: /src\/wrap\.ts/ })).toBeVisible();
  await page.getByRole('button', { name: /log out/i }).click();
  await expect(page).toHaveURL(/\/login/);
});
