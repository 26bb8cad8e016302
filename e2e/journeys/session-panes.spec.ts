import { expect, test } from '../support/fixtures.ts';
import { beside } from '../support/governing.ts';
import { expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(300_000);

test('a link leads to one event, a moment shows the session as it was, and graph and table are asked by keyboard', async ({
  stage,
  page,
}) => {
  const { api, house } = stage;
  const { id: repositoryId } = await stage.repository();
  const { id, slug } = await api.create({
    repositoryId,
    blueprint: 'bug_fix',
    prompt: script('- bash: node tally.js step\n- say: One line that is looked for.'),
    start: true,
  });
  await api.waitFor(id, 'completed');
  const events = await api.events(id);
  const begun = events.find(({ type, payload }) => type === 'task.status_changed' && payload.to === 'in_progress');
  if (begun === undefined) throw new Error('No task began.');
  await signIn(page, house);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const address = `${house.url}/sessions/${slug}`;

  // One event: marked where it stands, and whole in the inspector with the task it is about.
  await page.goto(`${address}?event=${begun.seq}`);
  await expect(page.getByRole('region', { name: `Inspected event ${begun.seq}` })).toContainText(begun.type);
  await expect(page.getByRole('article', { name: `Event ${begun.seq}` })).toBeInViewport();
  await expect(page.getByRole('region', { name: 'Task reproduce', exact: true })).toBeVisible();
  await expectAccessible(page);

  // That second: the graph, the state and the commands are those of then.
  await page.getByRole('link', { name: 'The session as it was then' }).click();
  const graph = page.getByRole('region', { name: 'Task graph' });
  const task = (key: string, state: string) =>
    graph.getByRole('button', { name: new RegExp(`^Task ${key}: .*, ${state}`) });
  await expect(page.getByRole('link', { name: 'Back to now' })).toBeVisible();
  await expect(stateOf(page).getByText('RUNNING', { exact: true })).toBeVisible();
  await expect(task('reproduce', 'IN PROGRESS')).toBeVisible();
  await expect(task('fix', 'PENDING')).toBeVisible();
  await expect(page.getByText('Nothing can be ordered now')).toBeVisible();
  await expectAccessible(page);
  const moment = page.getByRole('slider', { name: 'Moment that is shown' });
  await moment.focus();
  await page.keyboard.press('Home');
  await expect(moment).toHaveAttribute('aria-valuetext', / 0 s after it was created$/);
  // Moments are seconds: what the session had become by the end of its first one.
  const first = String((await api.session(id)).createdAt).slice(0, 19);
  const become = events.findLast(({ type, at }) => type === 'session.status_changed' && at.slice(0, 19) <= first);
  await expect(
    stateOf(page).getByText(String(become?.payload.to ?? 'pending').toUpperCase(), { exact: true }),
  ).toBeVisible();
  await page.keyboard.press('End');
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
  await expect(page).not.toHaveURL(/[?&]at=/);

  // The graph is asked, walked along its edges and opened, all by keyboard.
  await page.goto(`${address}/graph`);
  await page.getByLabel('Ask the graph').fill('+fix');
  await expect(graph.getByRole('button', { name: /^Task / })).toHaveCount(2);
  await task('reproduce', 'COMPLETED').focus();
  await page.keyboard.press('ArrowRight');
  await expect(task('fix', 'COMPLETED')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Task fix', exact: true })).toBeVisible();
  await expectAccessible(page);

  // The same as a table: the same query, the same task open, another one opened by its link.
  await page.getByRole('link', { name: 'The same as a table' }).click();
  await expect(page.getByRole('rowheader', { name: /^(reproduce|fix) / })).toHaveCount(2);
  const table = page.locator('table', { has: page.getByRole('rowheader', { name: /^fix / }) });
  await expect(table.getByRole('rowheader')).toHaveCount(2);
  await page
    .getByRole('rowheader', { name: /^reproduce / })
    .getByRole('link')
    .focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Task reproduce', exact: true })).toBeVisible();
  await expectAccessible(page);

  // All output is searched on the server; a line leads to the event that has it.
  await page.goto(`${address}/output`);
  await page.getByLabel('Find in all output').fill('LOOKED FOR');
  await page.keyboard.press('Enter');
  const lines = page.getByRole('region', { name: 'Lines found' });
  await expect(lines.getByRole('status')).toContainText('4 lines with “LOOKED FOR”.');
  await expectAccessible(page);
  await lines.getByRole('listitem').getByRole('link').first().click();
  await expect(page.getByRole('region', { name: /^Inspected event / })).toContainText('is looked for');
  await page.goto(`${address}/output?words=nobody+said+it`);
  await expect(lines.getByRole('status')).toContainText('No line says “nobody said it”.');
  await page.goto(`${address}/graph`);

  // What the panes' widths are set to by keyboard is there after a reload.
  const separator = page.getByRole('separator', { name: 'Width of Timeline' });
  const before = await separator.getAttribute('aria-valuenow');
  await separator.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(separator).not.toHaveAttribute('aria-valuenow', before ?? '');
  const after = Number(await separator.getAttribute('aria-valuenow'));
  await page.reload();
  await expect
    .poll(async () => Math.abs(Number(await separator.getAttribute('aria-valuenow')) - after))
    .toBeLessThan(1.5);

  // Last night: hours in which nothing happened are one line, and kinds and words lead to what did.
  const old = `session_id = '${id}'`;
  await beside(house, `update events set at = at - interval '9 hours' where ${old} and seq < ${begun.seq}`);
  await beside(
    house,
    `update sessions set created_at = created_at - interval '9 hours', started_at = started_at - interval '9 hours',
      ended_at = ended_at - interval '40 days' where id = '${id}'`,
  );
  await page.goto(`${address}?event=${begun.seq}`);
  const timeline = page.getByRole('region', { name: 'Timeline', exact: true });
  await expect(timeline.getByText(/^nothing for 9 h 00 m$/)).toBeInViewport();
  await timeline.getByRole('button', { name: 'Proof', exact: true }).click();
  const found = new RegExp(`^[1-9]\\d* of ${events.length} events$`);
  await expect(timeline.getByText(found)).toBeVisible();
  await expect(timeline.getByRole('article').first()).toContainText('node check.js');
  await timeline.getByRole('button', { name: 'Proof', exact: true }).click();
  await timeline.getByLabel('Find in events').fill('line that is looked for');
  await expect(timeline.getByText(found)).toBeVisible();
  await expect(timeline.getByRole('article').first()).toContainText('One line that is looked for.');
  await expectAccessible(page);
  // A moment in the silence is the session as it stood all that time.
  await moment.focus();
  await page.keyboard.press('Home');
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeHidden();
  await expect(moment).toHaveAttribute('aria-valuetext', / 0 s after it was created$/);

  // What retention took away is said, instead of a past that would be made up.
  await page.goto(`${house.url}/admin/retention`);
  await page.getByLabel(/^Events, in days/).fill('30');
  await page.getByRole('button', { name: /^Look first/ }).click();
  await page.getByRole('button', { name: /^Keep these days/ }).click();
  await page.getByRole('button', { name: /^Run now/ }).click();
  await page.getByLabel(/^Type take it away/).fill('take it away');
  await page.getByRole('button', { name: 'Take it away' }).click();
  await expect(page.getByRole('table', { name: /Runs of the retention/ })).toContainText(/event/);
  await page.goto(`${address}?at=${encodeURIComponent(begun.at)}`);
  await expect(page.getByText(/^No past to look at: retention removed its events on /)).toBeVisible();
  await expect(page.getByText(/Retention removed its events on .*: what stands here is how it is now\./)).toBeVisible();
  await expectAccessible(page);
  expect(problems).toEqual([]);
});
