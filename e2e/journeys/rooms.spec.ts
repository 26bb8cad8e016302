import { readFileSync } from 'node:fs';
import { expect, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';

test.setTimeout(240_000);

const rehearsal = (body: string) => `Do it.\n\n\`\`\`rehearsal\n${body}\n\`\`\`\n`;
const write = '- write: { path: result.txt, content: "42\\n" }\n- say: Done.';

test('an operator sees what is wrong, follows the stream, who hands work on and what the system is made of', async ({
  stage,
  page,
}) => {
  const { house, api } = stage;
  const repository = await stage.repository();
  const done = await api.create({ title: 'A quick one', prompt: rehearsal(write), repositoryId: repository.id });
  await api.waitFor(done.id, 'completed');

  await signIn(page, house);
  await page.goto(house.url);
  const matrix = page.getByRole('table', { name: /^Sessions over the last 1 h/ });
  await expect(matrix.getByRole('row', { name: /A quick one/ })).toContainText('COMPLETED');
  await expect(page.getByText('nothing waits for a person')).toBeVisible();
  await expectAccessible(page);

  // It comes by itself: the row, its state, and what to do about it.
  const asking = await api.create({
    title: 'One that asks',
    prompt: rehearsal(`- ask: npm publish --dry-run\n${write}`),
    repositoryId: repository.id,
  });
  const row = matrix.getByRole('row', { name: /One that asks/ });
  await expect(row).toContainText('PERMISSION', { timeout: 60_000 });
  await expect(page.getByRole('link', { name: /NEEDS YOU.*npm publish.*Answer/i })).toBeVisible();
  // By keyboard: one stop in the cells, arrows between the sessions; the cell says what it is.
  const [first] = await matrix.locator('[data-run][tabindex="0"]').all();
  await first?.focus();
  await page.keyboard.press('End');
  // Sessions of other tests may stand between: the oldest is the first, this one the last.
  const said = page.getByText(/IND-\d+.*One that asks.*: PERMISSION, .* to now/);
  const rows = await matrix.getByRole('row').count();
  for (let row = 1; row < rows && !(await said.isVisible()); row += 1) await page.keyboard.press('ArrowDown');
  await expect(said).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Telemetry' }).first().click();
  // Of this session alone: others of the same team may ask as well.
  await page.getByLabel('Session', { exact: true }).fill(asking.slug);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`session=${asking.slug}`));
  const stream = page.getByRole('listbox', { name: /Events/ });
  await expect(stream.getByText('Task “task” READY → ASSIGNED')).toBeVisible();
  const kinds = page.getByRole('navigation', { name: 'Filter by kind' });
  await kinds.getByRole('link', { name: 'ask', exact: true }).click();
  await expect(page).toHaveURL(/type=ask/);
  await expect(stream.getByRole('option')).toHaveCount(1);
  await stream.focus();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('region', { name: 'Event', exact: true })).toContainText('"askId"');
  await expectAccessible(page);
  // Choosing has paused the stream: what comes is counted and waits.
  const ask = await api.openAsk(asking.id);
  await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'reject' } });
  await expect(page.getByRole('button', { name: '1 new: show and follow' })).toBeVisible();
  await expect(stream.getByRole('option')).toHaveCount(1);
  await page.getByRole('button', { name: '1 new: show and follow' }).click();
  await expect(stream.getByRole('option')).toHaveCount(2);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Export as JSON Lines/ }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['ask.answered', 'ask.opened']);

  await page.goto(`${house.url}/agents?view=handovers`);
  const node = page.getByRole('group', { name: /what they hand on/ }).getByRole('link', { name: /^IMPLEMENTER-01/ });
  await node.focus();
  await expect(page.getByText('attempts given')).toBeVisible();
  await expectAccessible(page);

  await page.goto(`${house.url}/architecture`);
  const picture = page.getByRole('group', { name: 'Parts and what they import' });
  await picture.getByRole('link', { name: /^infrastructure / }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/room=infrastructure/);
  await expect(page.getByRole('region', { name: 'infrastructure', exact: true })).toContainText(
    'only the types of application',
  );
  await expect(page.getByRole('row', { name: /^server\/infrastructure\/store/ })).toContainText('events written');
  await expectAccessible(page);

  await page.goto(`${house.url}/admin/system`);
  await expect(page.getByRole('table', { name: /Queues/ })).toContainText('webhooks');
  await expect(page.getByRole('row', { name: /^dispatch/ })).not.toContainText('late');
  await expectAccessible(page);
});
