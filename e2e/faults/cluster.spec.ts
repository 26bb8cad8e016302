import { test as base, expect } from '@playwright/test';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { expectSoundHistory } from '../support/history.ts';
import { expectAccessible, signIn, stateOf } from '../support/pages.ts';
import { type RestClient, restClient, script } from '../support/rest.ts';

const leaseSeconds = 8;
/** A tick, and what a busy machine adds to it. */
const tickSeconds = 3;

const test = base.extend<{ cluster: Cluster }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads which fixtures a function takes from its first parameter.
  cluster: async ({}, use, info) => {
    const cluster = await createCluster(3, { LEASE_SECONDS: String(leaseSeconds) });
    try {
      await use(cluster);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach('cluster.log', { body: cluster.log() });
      await cluster.close();
    }
  },
});

test.describe.configure({ timeout: 300_000 });

const slow = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 3000
- say: The result is written.
`);
const quick = script('- write: { path: result.txt, content: "one\\n" }');
const verify = ['node check.js'];

test('three instances run each session once, go on where one is killed or stopped, and show it live anywhere', async ({
  cluster,
  page,
}) => {
  const [first, second, third] = cluster.houses;
  if (!first || !second || !third) throw new Error('There are not three instances.');
  await cluster.start(0);
  await Promise.all([cluster.start(1), cluster.start(2)]);
  // One token signs in everywhere: each client speaks with another instance.
  const token = await first.token(['sessions:read', 'sessions:write', 'repositories:read', 'repositories:write']);
  const apis = cluster.houses.map(({ url }) => restClient(url, token)) as [RestClient, RestClient, RestClient];

  const lone = await second.refused({ REDIS_URL: '', DATA_DIR: `${second.folder}/lone`, PORT: '0' });
  expect(lone.code).toBe(1);
  expect(lone.output).toMatch(
    /The instance \S+:\d+, there since .* UTC, uses this database already: set the same REDIS_URL/,
  );

  const source = await first.repository();
  const repository = await apis[0].register(source, { verify });
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, n) => apis[n % 3]?.create({ repositoryId: repository.id, prompt: quick })),
  );
  for (const [n, session] of made.entries()) {
    await apis[(n + 1) % 3]?.waitFor(session?.id ?? '', 'completed');
    await expectSoundHistory(apis[2], session?.id ?? '', { repository: source, files: { 'result.txt': 'one\n' } });
    const started = await apis[2].events(session?.id ?? '', ['attempt.started']);
    expect(started, 'one attempt each').toHaveLength(1);
  }

  // The owner is killed in mid-run, with the page open on another instance.
  const open = await apis[0].create({ repositoryId: repository.id, prompt: slow });
  await apis[0].waitForEvent(open.id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const owner = await cluster.ownerOf(open.id);
  if (owner === null) throw new Error('Nobody runs it.');
  const elsewhere = (owner + 1) % 3;
  const away = cluster.houses[elsewhere];
  if (!away) throw new Error('There is no other instance.');
  await signIn(page, away);
  await page.goto(`${away.url}/sessions/${open.slug}`);
  await expect(stateOf(page).getByText('RUNNING', { exact: true })).toBeVisible({ timeout: 30_000 });
  const killedAt = Date.now();
  await cluster.apps[owner]?.kill();
  const api = apis[elsewhere] ?? apis[1];
  const taken = await api.waitForEvent(open.id, 'recovery.taken_over');
  expect((Date.parse(taken.at) - killedAt) / 1000).toBeLessThan(leaseSeconds + tickSeconds);
  expect(taken.payload.adopted).toBe(false);
  await api.waitFor(open.id, 'completed');
  await expectSoundHistory(api, open.id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    takeovers: 1,
  });
  await expect(stateOf(page).getByText('COMPLETED', { exact: true })).toBeVisible({ timeout: 30_000 });
  const last = (await api.events(open.id)).at(-1)?.seq ?? 0;
  const timeline = page.getByRole('region', { name: 'Events' });
  await expect(timeline.getByRole('article', { name: `Event ${last}`, exact: true })).toHaveCount(1);
  const shown = await timeline.getByRole('article').evaluateAll((rows) => rows.map((row) => Number(row.id)));
  expect(shown, 'each once, in order').toEqual([...new Set(shown)].sort((a, b) => a - b));

  // One that is frozen past its lease loses it to another, and writes nothing of it when it wakes.
  await cluster.start(owner);
  const held = await api.create({ repositoryId: repository.id, prompt: slow });
  await api.waitForEvent(held.id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const sleeper = await cluster.ownerOf(held.id);
  if (sleeper === null) throw new Error('Nobody runs it.');
  const awake = apis[(sleeper + 1) % 3] ?? api;
  await cluster.apps[sleeper]?.freeze();
  const lost = await awake.waitForEvent(held.id, 'recovery.taken_over');
  await cluster.apps[sleeper]?.thaw();
  await awake.waitFor(held.id, 'completed');
  const told = await expectSoundHistory(awake, held.id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    takeovers: 1,
  });
  const stale = told.filter(
    ({ seq, payload }) => (seq ?? 0) > (lost.seq ?? 0) && (payload.epoch ?? Infinity) < (lost.payload.epoch ?? 0),
  );
  expect(stale, 'nothing is written under the old epoch').toEqual([]);

  // A graceful stop hands over at once, long before the lease is out.
  const left = await api.create({ repositoryId: repository.id, prompt: slow });
  await api.waitForEvent(left.id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const leaving = await cluster.ownerOf(left.id);
  const stays = [0, 1, 2].find((place) => place !== leaving) ?? elsewhere;
  const stopping = cluster.apps[leaving ?? elsewhere]?.stop();
  const survivor = apis[stays] ?? api;
  const handed = await survivor.waitForEvent(left.id, 'recovery.taken_over');
  expect(handed.payload.from, 'released, not run out').toBeNull();
  expect((await stopping)?.code).toBe(0);
  await survivor.waitFor(left.id, 'completed');
  await expectSoundHistory(survivor, left.id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    takeovers: 1,
  });
  // One login counts at every instance, and each tells of all.
  await page.goto(`${cluster.houses[stays]?.url}/admin/system`);
  await expect(page.getByText('ALIVE', { exact: true })).toHaveCount(2);
  await expectAccessible(page);
});
