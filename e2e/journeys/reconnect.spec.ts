import { expect, test } from '../support/fixtures.ts';
import { signIn, stateOf } from '../support/pages.ts';
import { script } from '../support/rest.ts';

test.setTimeout(240_000);

test('a page left open over a killed and restarted server shows every event once', async ({ house, page }) => {
  const app = await house.start();
  const api = await house.api();
  const repository = await api.register(await house.repository(), { verify: [] });
  const session = await api.create({
    repositoryId: repository.id,
    prompt: script(`
- write: { path: one.txt, content: "1\\n" }
- bash: sleep 6
- write: { path: two.txt, content: "2\\n" }
- say: Both are there.
`),
  });
  await signIn(page, house);
  await page.goto(`${house.url}/sessions/${session.slug}`);
  await expect(stateOf(page).getByText('RUNNING', { exact: true })).toBeVisible({ timeout: 30_000 });
  await api.waitForEvent(session.id, 'attempt.tool_called', (event) => event.payload.tool === 'bash');

  await app.kill();
  // The room says that its figures are old, rather than showing them as if they were not.
  await expect(page.getByText(/link (is )?lost|lost the link|no link/i).first()).toBeVisible({ timeout: 20_000 });
  await house.start();

  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 90_000 });
  const stored = await api.events(session.id);
  const last = stored.at(-1)?.seq ?? 0;
  expect(stored.map((event) => event.seq)).toEqual(stored.map((_, index) => index + 1));

  // What the page holds, without loading it again: the newest event, and none twice.
  const timeline = page.getByRole('region', { name: 'Events' });
  await expect(timeline.getByRole('article', { name: `Event ${last}`, exact: true })).toHaveCount(1);
  const shown = await timeline.getByRole('article').evaluateAll((rows) => rows.map((row) => Number(row.id)));
  expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
});
