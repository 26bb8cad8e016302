import { expect, shareHouse, test } from '../support/fixtures.ts';
import { collidingPlan, greetingPrompt } from '../support/greeting.ts';
import { expectSoundHistory } from '../support/history.ts';
import { createSession, expectAccessible, partsOfSession, signIn, stateOf } from '../support/pages.ts';
import { inspect, node } from '../support/task-panes.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.setTimeout(600_000);
test.describe.configure({ mode: 'serial' });
const shared = shareHouse();
const long = { timeout: 180_000 };

test('a goal without a blueprint is planned, worked on in parallel, mended, merged and explained', async ({ page }) => {
  const { house, api } = shared;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await signIn(page, house);
  await page.goto(`${house.url}/repositories`);
  await page.getByRole('button', { name: /sample/i }).click();
  await expect(page).toHaveURL(/\/repositories\/.+/);

  await page.goto(`${house.url}/sessions/new`);
  await page.locator('[name=title]').fill('Give the library a greeting');
  // Each of the first two is held by a person: so both are seen at work at once, however slow the machine is.
  await page.locator('[name=prompt]').fill(greetingPrompt({ first: '- ask: git gc --auto' }));
  await expect(page.getByLabel(/^Let the goal decide/)).toBeChecked();
  await page.getByLabel('Start at once').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: /create session/i }).click();
  await expect(page).toHaveURL(/\/sessions\/IND-\d+/);
  const slug = /IND-\d+/.exec(page.url())?.[0] ?? '';
  const address = `${house.url}/sessions/${slug}`;

  const plan = page.getByRole('region', { name: 'Plan' });
  await expect(plan).toContainText('AGENT-ARCHITECT-01 planned 4 tasks.', long);
  await expect(plan).toContainText('by a planner agent');
  await expect(plan.getByRole('row', { name: /^Tokens/ })).toBeVisible();

  await page.getByRole('link', { name: 'Graph', exact: true }).click();
  await expect(node(page, 'greet', 'IN PROGRESS')).toBeVisible(long);
  await expect(node(page, 'shout', 'IN PROGRESS')).toBeVisible(long);
  await expect(node(page, 'check', 'PENDING')).toBeVisible();
  await expect(node(page, 'notes', 'PENDING')).toBeVisible();
  const asks = page.getByRole('region', { name: 'Waits for you' });
  await expect(asks.getByRole('button', { name: /allow once/i })).toHaveCount(2, long);
  await expect(node(page, 'greet', 'IN PROGRESS')).toBeVisible();
  await expect(node(page, 'shout', 'IN PROGRESS')).toBeVisible();
  await expectAccessible(page);
  await asks
    .getByRole('button', { name: /allow once/i })
    .first()
    .click();
  await expect(asks.getByRole('button', { name: /allow once/i })).toHaveCount(1, long);
  await asks.getByRole('button', { name: /allow once/i }).click();

  // The page is told by the socket alone until all is done.
  for (const key of ['greet', 'shout', 'check', 'notes'])
    await expect(node(page, key, 'COMPLETED')).toBeVisible({ timeout: 300_000 });
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible(long);
  await expect(stateOf(page)).toContainText(/proven/i);

  // The conflict: both sides, and who brought them together.
  await page.goto(`${house.url}/conflicts?show=over`);
  await expectAccessible(page);
  await page.getByRole('link', { name: /Add a (greeting|shout)/ }).click();
  const words = page.getByRole('region', { name: 'WORDS.md' });
  await expect(words.getByText('hello', { exact: true })).toBeVisible();
  await expect(words.getByText('HELLO', { exact: true })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'AGENT-INTEGRATOR-01 resolved it' })).toBeVisible();
  await expectAccessible(page);

  // Each task says why its agent was chosen.
  const chosen: [string, RegExp][] = [
    ['greet', /AGENT-(IMPLEMENTER|INTEGRATOR)-01/],
    ['shout', /AGENT-(IMPLEMENTER|INTEGRATOR)-01/],
    ['check', /AGENT-DEBUGGER-01/],
    ['notes', /AGENT-ANALYST-01/],
  ];
  for (const [key, agent] of chosen) {
    const inspector = await inspect(page, address, key);
    await inspector.getByText('Why this agent').first().click();
    await expect(inspector.getByText(/^AGENT-\S+ \(competent, load .*\) scores \d\.\d{3}/).first()).toContainText(
      agent,
    );
    const row = inspector.getByRole('row', { name: /CHOSEN/ }).first();
    await expect(row.getByRole('rowheader')).toContainText(agent);
    for (const part of ['Capability', 'Performance', 'Load', 'Technology', 'Session type', 'Complexity'])
      await expect(inspector.getByRole('columnheader', { name: part }).first()).toBeVisible();
    expect(await row.getByRole('cell').allInnerTexts()).toContainEqual(expect.stringMatching(/^\d\.\d{3}$/));
    // The heading, the chosen one, and at least one who would have done as well.
    await expect(inspector.getByRole('table').first().getByRole('row').nth(2)).toBeVisible();
    await expect(inspector.getByRole('article').first()).toContainText(/npm test.*exit 0/s);
  }
  await expectAccessible(page);

  // The wrong test: it was disproven, a debugger was sent, and both attempts keep their evidence.
  const check = await inspect(page, address, 'check');
  await check.getByText('1. work').click();
  await expect(check).toContainText('The verification failed: npm test ended with 1.');
  await expect(check).toContainText('another type of agent: debugger');
  await expect(check.getByText('exit 1', { exact: true })).toBeVisible();
  await expect(check.getByText('DISPROVEN')).toBeVisible();
  await expect(check.locator('summary').filter({ hasText: '1. work' })).toContainText('AGENT-IMPLEMENTER-01');
  await expect(check.locator('summary').filter({ hasText: '2. work' })).toContainText('AGENT-DEBUGGER-01');
  await check.getByText('The prompt as it was sent').first().click();
  await expect(check.getByText(/good day/).first()).toBeVisible();
  await expectAccessible(page);

  await page.goto(`${address}/context`);
  await expect(page.getByText('build.tool', { exact: true })).toBeVisible();
  await expect(page.getByText('npm', { exact: true })).toBeVisible();
  await page.goto(`${address}/changes`);
  await page
    .getByRole('navigation', { name: 'Changed files' })
    .getByRole('link', { name: /WORDS\.md/ })
    .click();
  const merged = page.locator('[id="file-WORDS.md"]');
  await expect(merged.getByText('hello', { exact: true })).toBeVisible();
  await expect(merged.getByText('HELLO', { exact: true })).toBeVisible();
  for (const tab of partsOfSession) {
    await page.goto(`${address}${tab}`);
    await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible();
    await expectAccessible(page);
  }
  for (const path of ['/agents/AGENT-DEBUGGER-01', '/routing', '/routing/what-if', '/contexts', '/conflicts']) {
    await page.goto(`${house.url}${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page);
  }
  expect(problems).toEqual([]);

  const session = await api.session(slug);
  const repository = await api.ok<{ source: string }>('GET', `/repositories/${String(session.repositoryId)}`);
  const events = await expectSoundHistory(api, session.id, {
    repository: repository.source,
    files: { 'WORDS.md': 'hello\nHELLO\n', 'GREETING.md': '# Greeting\n' },
    tasks: 4,
  });
  expect(events.find((event) => event.type === 'conflict.resolved')?.payload.resolvedBy).toMatchObject({
    name: 'AGENT-INTEGRATOR-01',
  });
});

test('what agents cannot bring together a person resolves, and both sides of the work land', async ({ page }) => {
  const { house, api } = shared;
  await signIn(page, house);
  const slug = await createSession(page, house, {
    title: 'Give the library a greeting',
    prompt: greetingPrompt({ plan: collidingPlan, conflict: '- say: I leave it as it is.' }),
    blueprint: 'planner',
  });
  const { id, repositoryId } = await api.session(slug);
  const { source } = await api.ok<{ source: string }>('GET', `/repositories/${String(repositoryId)}`);

  const tile = page.getByRole('navigation', { name: 'Annunciator' }).getByRole('link', { name: /^CONFLICT/ });
  await expect(tile).toContainText('1', { timeout: 300_000 });
  await expect(stateOf(page).getByText('CONFLICT', { exact: true }).first()).toBeVisible(long);
  await expect(page.getByRole('link', { name: 'Decide file by file' })).toBeVisible();
  await expectAccessible(page);
  await tile.click();
  await expectAccessible(page);
  await page
    .getByRole('link', { name: /Add a (greeting|shout)/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/conflicts\/[0-9a-f-]{36}/);
  const words = page.getByRole('region', { name: 'WORDS.md' });
  await expect(words.getByText('1 place still marked')).toBeVisible();
  await expectAccessible(page);

  // Nothing chosen, and then a text with its markers: each is told beside the file, and nothing lands.
  const resolve = page.getByRole('button', { name: /^Resolve/ });
  await resolve.click();
  await expect(page.getByRole('alert').filter({ hasText: 'Not sent' })).toBeVisible();
  await words.getByLabel(/^As written below/).check();
  await resolve.click();
  await expect(words.getByLabel(/^The file as it is to be/)).toHaveAttribute('aria-invalid', 'true');
  expect((await api.session(id)).attention.kind).toBe('conflict');

  await words.getByLabel(/^The file as it is to be/).fill('hello, and\nHELLO\n');
  await expect(words.getByText('no marker left')).toBeVisible();
  await resolve.click();
  await expect(page.getByText(/^Taken\. It is put onto the branch/)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /^(?!AGENT).+ resolved it/ })).toBeVisible(long);
  await page.goto(`${house.url}/sessions/${slug}`);
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible(long);
  await expect(stateOf(page)).toContainText(/proven/i);
  await expect(tile).toContainText('clear');

  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: {
      'WORDS.md': 'hello, and\nHELLO\n',
      'src/greet.ts': "export const greet = () => 'hello';\n",
      'src/shout.ts': "export const shout = () => 'HELLO';\n",
    },
    tasks: 2,
  });
  const tried = events.filter((event) => event.type === 'attempt.started' && event.payload.role === 'conflict');
  expect(tried.length, 'agents tried before a person was asked').toBeGreaterThan(1);
  const decided = events.find((event) => event.type === 'conflict.resolved');
  expect(decided?.payload.resolvedBy).toMatchObject({ kind: 'user' });
});
