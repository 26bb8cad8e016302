import { join } from 'node:path';
import { createElsewhere, type Elsewhere } from '../support/elsewhere.ts';
import { expect, test } from '../support/fixtures.ts';
import { createSession, expectAccessible, signIn, stateOf } from '../support/pages.ts';

test.setTimeout(300_000);

let elsewhere: Elsewhere | null = null;
test.afterEach(() => elsewhere?.stop());

test('a lead enrols a server elsewhere, runs a session on it through our gateway, drains it and removes it', async ({
  house,
  page,
}) => {
  elsewhere = await createElsewhere(join(house.folder, 'elsewhere'));
  const { url, password } = elsewhere;
  await Promise.all([house.start({ OUTBOUND_ALLOW: '127.0.0.1' }), elsewhere.start()]);
  await signIn(page, house);
  const api = await house.api();
  await api.register(await house.repository(), { verify: ['node check.js'] });

  await page.goto(`${house.url}/runtimes`);
  await page.getByLabel('Name', { exact: false }).first().fill('build-7');
  await page.locator('[name=url]').fill(url);
  await page.locator('[name=password]').fill('not the password');
  await page.getByRole('button', { name: /^Enrol/ }).click();
  await expect(page.locator('main').getByRole('alert')).toContainText('refuses this user name and password');
  await expectAccessible(page);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=capacity]').fill('2');
  await page.getByRole('button', { name: /^Enrol/ }).click();
  await expect(page).toHaveURL(/\/runtimes\/[0-9a-f-]+\?done=enrolled/);
  await expect(stateOf(page)).toContainText('ONLINE');
  await expect(page.locator('main')).toContainText('1.18.');
  await expect(page.locator('main')).toContainText('0 of 2');
  const at = page.url().replace(/\?.*/, '');

  await page.getByRole('button', { name: /^Make a token/ }).click();
  const config = await page.locator('pre').textContent();
  expect(config).toContain('oig_');
  await expectAccessible(page);
  await elsewhere.stop();
  await elsewhere.configure(config ?? '');
  await elsewhere.start();
  await expect(async () => {
    await page.goto(at);
    await page.getByRole('button', { name: /^Look now/ }).click();
    await expect(page.locator('main')).toContainText('rehearsal/scripted', { timeout: 5_000 });
    await expect(stateOf(page)).toContainText('ONLINE', { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });

  await page.goto(`${house.url}/agents/new`);
  await page.locator('[name=name]').fill('AGENT-FAR');
  await page.locator('[name="held.code_generation"]').selectOption('primary');
  await page.locator('[name=runtimeId]').selectOption({ label: `build-7: ${url}` });
  await page.getByRole('button', { name: /^Register/ }).click();
  await expect(page).toHaveURL(/\/agents\/AGENT-FAR/);
  // Nobody else may take the work.
  const { items: fleet } = await api.ok<{ items: { id: string; name: string }[] }>('GET', '/agents');
  for (const { id, name } of fleet)
    if (name !== 'AGENT-FAR') await api.ok('POST', `/agents/${id}/disable`, { body: {} });

  const slug = await createSession(page, house, {
    title: 'Work elsewhere',
    prompt: 'Do it.\n\n```rehearsal\n- write: { path: far.txt, content: "far\\n" }\n- say: Done elsewhere.\n```\n',
  });
  await expect(stateOf(page)).toContainText('COMPLETED', { timeout: 120_000 });
  type Rows<Row> = { items: Row[] };
  const tasks = await api.ok<Rows<{ id: string }>>('GET', `/sessions/${slug}/tasks`);
  const attempts = await api.ok<Rows<{ runtimeId: string }>>('GET', `/tasks/${tasks.items[0]?.id}/attempts`);
  expect(attempts.items.map(({ runtimeId }) => `${house.url}/runtimes/${runtimeId}`)).toEqual([at]);

  await page.goto(at);
  await page.getByRole('button', { name: /^Drain/ }).click();
  await expect(stateOf(page)).toContainText('DRAINING');
  await expect(page.getByRole('button', { name: /Remove/ })).toBeDisabled();
  await api.call('DELETE', '/agents/AGENT-FAR');
  await page.goto(at);
  await page.getByRole('button', { name: /Remove/ }).click();
  await page.getByRole('textbox').last().fill('build-7');
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect(page.getByText('build-7 was removed')).toBeVisible();
  await expectAccessible(page);
});
