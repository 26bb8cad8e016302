import { expect, test } from '../support/fixtures.ts';
import { expectFitsPhone, partsOfSession, rooms, signIn } from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(240_000);
test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('every page fits a phone and a finger', async ({ house, page }) => {
  // Of its own: a session that fails is to be seen by nobody else.
  await house.start();
  const api = await house.api();
  await signIn(page, house);
  const repository = await api.register('sample');
  const session = await api.create({
    repositoryId: repository.id,
    title: 'Document the library with a very long title that has to wrap somewhere',
    prompt: script('- write: { path: a-rather-long-folder/another-folder/file-with-a-long-name.md, content: x }'),
  });
  await api.waitFor(session.id, ['completed', 'failed']);
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', `/sessions/${session.id}/tasks`);
  const forms = ['/tasks/new', `/tasks/${items[0]?.id}/edit`, `/tasks/${items[0]?.id}/split`];
  const tabs = [...partsOfSession, ...forms, `/tasks?task=${items[0]?.id}`];
  for (const path of [...rooms, ...tabs.map((tab) => `/sessions/${session.slug}${tab}`)]) {
    await page.goto(`${house.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
    await expectFitsPhone(page);
  }

  // The strip beside the timeline is as high as the list, and nothing is empty below the last event.
  await page.goto(`${house.url}/sessions/${session.slug}`);
  const [strip, list] = await Promise.all(
    [page.getByRole('scrollbar', { name: 'Whole session' }), page.getByRole('region', { name: 'Events' })].map((part) =>
      part.boundingBox(),
    ),
  );
  expect(strip?.height).toBeCloseTo(list?.height ?? 0, 0);
  // A strip of tabs wider than the screen shows the one that is open.
  await page.goto(`${house.url}/admin/drill`);
  await expect(page.getByRole('link', { name: 'Drill', exact: true })).toBeInViewport({ ratio: 1 });
});
