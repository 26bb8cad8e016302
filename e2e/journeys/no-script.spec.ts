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
- ask: git gc --prune=now
`),
  });
  await api.openAsk((await api.session(slug)).id);
  // Allowed always by a rule, whose effect on the past is looked at first; the second ask then bothers nobody.
  await page.goto(`${house.url}/asks`);
  await page.getByRole('link', { name: 'Always, by a rule' }).click();
  await page.getByLabel('Pattern').fill('git gc *');
  await page.getByLabel('Where').selectOption('team');
  await page.getByRole('button', { name: /look what/i }).click();
  await expect(page.getByText(/would have allowed 1 ask/)).toBeVisible();
  await page.getByRole('button', { name: /always allow/i }).click();
  await api.waitFor(slug, 'completed');
  await page.goto(`${house.url}/asks/rules`);
  await expect(page.getByRole('row', { name: /git gc \*.*every session of the team.*1 ×/i })).toBeVisible();

  // Two asks, one answer.
  const repositoryId = (await api.session(slug)).repositoryId;
  const publish = { repositoryId, prompt: script('- ask: npm publish --dry-run') };
  const two = [await api.create(publish), await api.create(publish)];
  for (const one of two) await api.openAsk(one.id);
  await page.goto(`${house.url}/asks`);
  for (const box of await page.getByRole('checkbox', { name: /npm publish/ }).all()) await box.check();
  await page
    .getByRole('form', { name: 'Answer the selected asks' })
    .getByRole('button', { name: /allow once/i })
    .click();
  await expect(page.getByText('2 answers sent.')).toBeVisible();
  for (const one of two) await api.waitFor(one.id, 'completed');

  await page.goto(`${house.url}/sessions/${slug}`);
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
  await page.goto(`${house.url}/sessions/${slug}/changes`);
  const files = page.getByRole('navigation', { name: 'Changed files' });
  await expect(files.getByRole('link', { name: /src\/wrap\.ts/ })).toBeVisible();
  await page.getByRole('button', { name: /log out/i }).click();
  await expect(page).toHaveURL(/\/login/);
});
