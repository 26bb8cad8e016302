import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { expectSoundTimeline } from '../support/history.ts';
import { createSession, expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { inspect, node, task } from '../support/task-panes.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(600_000);
const long = { timeout: 180_000 };

test('a lead changes a proposed plan, accepts it, and what runs is what was accepted', async ({ house, page }) => {
  await house.start();
  const api = await house.api();
  const repository = await api.register(await house.repository(), { verify: ['node check.js'] });
  await signIn(page, house);
  const prompt = `Count in this order.

\`\`\`rehearsal plan
tasks:
  - { key: one, title: Implement the first step, capabilities: [code_generation], estimate: { likely: 2 } }
  - { key: two, title: Implement the second step, capabilities: [code_generation], estimate: { likely: 1 } }
\`\`\`

\`\`\`rehearsal
- bash: node tally.js step
\`\`\`
`;
  const slug = await createSession(page, house, {
    title: 'Count the steps',
    prompt,
    blueprint: 'planner',
    autonomy: 'plan_approval',
  });
  const address = `${house.url}/sessions/${slug}`;
  const plan = page.getByRole('region', { name: 'Plan' });
  const accept = plan.getByRole('button', { name: /^Accept the plan/ });
  await expect(accept).toBeVisible(long);
  await expect(plan).toContainText('AGENT-ARCHITECT-01 planned 2 tasks.');
  const approval = page.getByRole('navigation', { name: 'Annunciator' }).getByRole('link', { name: /^APPROVAL/ });
  await expect(approval).toContainText('1');
  await expectAccessible(page);

  await (await inspect(page, address, 'two')).getByRole('link', { name: /^Add a task after it/ }).click();
  await expectAccessible(page);
  await page.locator('[name=title]').fill('Implement the third step');
  await page.locator('[name=key]').fill('three');
  await expect(page.getByLabel('two: Implement the second step')).toBeChecked();
  await page.getByRole('button', { name: /^Add the task/ }).click();
  await expect(task(page, 'three')).toContainText('two: this one starts when that one is done');

  await (await inspect(page, address, 'one')).getByRole('link', { name: /^Split/ }).click();
  await expectAccessible(page);
  const rows = [
    { key: 'one-a', title: 'Implement the first half', dependsOn: '' },
    { key: 'one-b', title: 'Implement the second half', dependsOn: 'one-b' },
  ];
  for (const [index, row] of rows.entries())
    for (const [name, value] of Object.entries(row)) await page.locator(`[name="tasks[${index}].${name}"]`).fill(value);
  await page.getByRole('button', { name: /^Split it/ }).click();
  // A task that waits for itself is refused beside its field, and what was typed stays.
  await expect(page.getByRole('alert').filter({ hasText: 'Not sent' })).toBeVisible();
  await expect(page.locator('[name="tasks[1].title"]')).toHaveValue('Implement the second half');
  await page.locator('[name="tasks[1].dependsOn"]').fill('one-a');
  await page.getByRole('button', { name: /^Split it/ }).click();
  await expect(page.getByRole('rowheader', { name: /^one-b / })).toBeVisible();

  const two = await inspect(page, address, 'two');
  await two.getByText('Let it wait for another task …').click();
  await two.getByLabel('It waits for').selectOption({ label: 'one: Implement the first step' });
  await two.getByRole('button', { name: /^Let it wait for another task/ }).click();
  await expect(two).toContainText('one: this one starts when that one is done');
  await expectAccessible(page);

  await page.goto(`${address}/graph`);
  for (const key of ['one', 'one-a', 'one-b', 'two', 'three'])
    await expect(
      page.getByRole('region', { name: 'Task graph' }).getByLabel(new RegExp(`^Task ${key}: `)),
    ).toBeVisible();
  const id = (await api.session(slug)).id;
  expect((await api.events(id, ['attempt.started'])).filter((event) => event.payload.role !== 'plan')).toEqual([]);
  await accept.click();
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 300_000 });
  await expect(node(page, 'three', 'COMPLETED')).toBeVisible();

  const done = await api.session(id);
  expect(done.proof).toBe('proven');
  expect(await git(repository.source, 'show', `${done.branch}:tally.txt`)).toBe(Array(4).fill('step').join('\n'));
  const trailer = '--format=%(trailers:key=Orchestrator-Task,valueonly)';
  const landed = await git(repository.source, 'log', '--reverse', trailer, `main..${done.branch}`);
  expect(landed.split('\n').filter(Boolean)).toEqual(['one-a', 'one-b', 'two', 'three']);
  expectSoundTimeline(await api.events(id));
});
