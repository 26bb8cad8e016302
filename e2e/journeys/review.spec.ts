import { readFile, rename } from 'node:fs/promises';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { createSession, expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { script } from '../support/rest.ts';

test('a change is commented on, sent back, accepted, merged and taken along', async ({ house, page }) => {
  await house.start();
  const api = await house.api();
  await signIn(page, house);
  const repository = await api.register('sample');
  const slug = await createSession(page, house, {
    title: 'Fix the wrapping of long lines',
    prompt: script(`
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- write: { path: NOTES.md, content: "# Notes\\n" }
`),
  });
  await api.waitFor(slug, 'completed');
  await page.goto(`${house.url}/sessions/${slug}/changes`);
  await expect(page.locator('.diff .token').first()).toBeVisible();

  // A line is commented on by keyboard: the numbers are one stop, Enter opens the form.
  const notes = page.locator('details[id="file-NOTES.md"]');
  await notes.locator('button[data-line]').first().focus();
  await page.keyboard.press('Enter');
  const words = notes.getByLabel(/Comment on NOTES.md, line 1/);
  await words.fill(
    `Say what it is about.\n\n\`\`\`rehearsal\n- write: { path: NOTES.md, content: "# Notes\\n\\nWhy lines wrapped too early.\\n" }\n\`\`\``,
  );
  await page.keyboard.press('Control+Enter');
  const thread = notes.getByRole('article', { name: /Thread on NOTES.md, line 1/ });
  await expect(thread).toContainText('Say what it is about.');
  await expectAccessible(page);

  await page.getByLabel(/In a word/).fill('One more line.');
  await page.getByRole('button', { name: /^Ask for changes/ }).click();
  await expect(page.getByText('CHANGES ASKED FOR', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: /goes on from here/ }).click();
  await expect(page).toHaveURL(new RegExp(`/sessions/(?!${slug}\\b)IND-\\d+`));
  const next = /IND-\d+/.exec(page.url())?.[0] ?? '';
  expect(await api.waitFor(next, 'completed')).toMatchObject({ proof: 'proven' });
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();

  await page.goto(`${house.url}/sessions/${next}/changes?view=split`);
  await expect(page.locator('.diff-code-insert', { hasText: 'Why lines wrapped too early.' })).toBeVisible();
  await page.getByRole('button', { name: /^Accept the change/ }).click();
  await expect(page.getByText('ACCEPTED', { exact: true })).toBeVisible();
  const before = (await git(repository.source, 'rev-parse', 'main')).trim();
  await page.getByLabel(`Delete orchestrator/${next} afterwards`).check();
  await page.getByRole('button', { name: /^Merge into main/ }).click();
  await expect(page.getByText('MERGED', { exact: true })).toBeVisible();
  await expect(page.getByText(`undo: git reset --hard ${before.slice(0, 12)}`)).toBeVisible();
  expect(await git(repository.source, 'show', 'main:NOTES.md')).toContain('Why lines wrapped too early.');
  expect(await git(repository.source, 'show', 'main:src/wrap.ts')).toContain('width(word) <= columns');
  expect((await git(repository.source, 'branch', '--list', `orchestrator/${next}`)).trim()).toBe('');
  await expectAccessible(page);

  await page.goto(`${house.url}/sessions/${next}/audit`);
  await expect(page.getByText('merged its branch')).toBeVisible();
  await expectAccessible(page);

  // A tab that cannot be shown leaves the session around it, and comes when what it lacks is back.
  await rename(repository.source, `${repository.source}-away`);
  await page.getByRole('link', { name: /^Changes/ }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'UNAVAILABLE' });
  await expect(failure).toContainText(`There is no repository at ${repository.source} any more.`);
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await rename(`${repository.source}-away`, repository.source);
  await page.getByRole('link', { name: /^Audit/ }).click();
  await page.getByRole('link', { name: /^Changes/ }).click();
  await expect(page.getByText('MERGED', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: /^Audit/ }).click();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /Take the report/ }).click(),
  ]);
  const report = await readFile(await download.path(), 'utf8');
  expect(report).toContain('Merged into main');
  await page.goto('about:blank');
  await page.setContent(report);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`Changes asked for in ${slug}`);
  await expectAccessible(page);
});
