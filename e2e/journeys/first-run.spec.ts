import { expect, test } from '../support/fixtures.ts';
import { createSession, expectAccessible, expectFitsPhone, nobody, setUp, stateOf } from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(480_000);
test.use({ bare: true });

const work = script(`
- say: Looking at the repository.
- write: { path: NOTES.md, content: "# Notes\\n" }
- write: { path: src/extra.ts, content: "export const extra = 1;\\n" }
- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }
- bash: npm test
- ask: git gc --auto
- say: The wrapping is right now.
`);

const parts = ['', '/graph', '/tasks', '/output', '/changes', '/checkpoints', '/context', '/metrics', '/blueprint'];
const rooms = [
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
  '/repositories',
  '/asks',
  '/account',
];

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

  for (const path of parts) {
    await page.goto(`${house.url}/sessions/${slug}${path}`);
    await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
    await expectAccessible(page);
  }
  for (const path of [...rooms, '/nowhere']) {
    await page.goto(`${house.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page);
  }
});

test('every page fits a phone and a finger', async ({ house, browser }) => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'en-US' });
  const app = await house.start(nobody);
  await setUp(page, house, app);
  const api = await house.api();
  const repository = await api.register('sample');
  const session = await api.create({
    repositoryId: repository.id,
    title: 'Document the library with a very long title that has to wrap somewhere',
    prompt: script('- write: { path: a-rather-long-folder/another-folder/file-with-a-long-name.md, content: x }'),
  });
  await api.waitFor(session.id, ['completed', 'failed']);
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', `/sessions/${session.id}/tasks`);
  const forms = ['/tasks/new', `/tasks/${items[0]?.id}/edit`, `/tasks/${items[0]?.id}/split`];
  const tabs = [...parts, ...forms, `/tasks?task=${items[0]?.id}`].map((tab) => `/sessions/${session.slug}${tab}`);
  for (const path of [...rooms, ...tabs]) {
    await page.goto(`${house.url}${path}`);
    await expectFitsPhone(page);
  }
});
