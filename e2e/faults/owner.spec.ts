import { setTimeout as delay } from 'node:timers/promises';
import { expect, shareHouse, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });
const shared = shareHouse({ LEASE_SECONDS: '3' });

const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 2000
- say: The result is written.
`);

const verify = ['node check.js'];
const files = { 'result.txt': 'one\n', 'tally.txt': 'once\n' };

test('an owner frozen past its lease finds it expired, raises the epoch and finishes', async () => {
  const { house, api, app } = shared;
  const source = await house.repository('frozen');
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: work });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  await app.freeze();
  await delay(5_000);
  await app.thaw();

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeover?.payload.epoch).toBeGreaterThan(1);
  const stale = events.filter(
    (event) =>
      event.type.startsWith('attempt.') &&
      (event.seq ?? 0) > (takeover?.seq ?? 0) &&
      (event.payload.epoch ?? 0) < (takeover?.payload.epoch ?? 0),
  );
  expect(stale, 'nothing is written under the old epoch after the takeover').toEqual([]);
});

test('SIGTERM in the middle of a run ends everything within 15 s, and the next start finishes the work', async () => {
  const { house, api, app } = shared;
  const source = await house.repository('stopped');
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: work });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const end = await app.stop();
  expect(end.code).toBe(0);
  expect(end.seconds).toBeLessThan(15);
  expect(await house.leftRunning()).toEqual([]);

  shared.app = await house.start();
  await api.waitFor(id, 'completed');
  await expectSoundHistory(api, id, { repository: source, files });
});

test('an ask open when the app dies is the same ask afterwards, and its answer lets the run go on', async () => {
  const { house, api, app } = shared;
  const source = await house.repository('asking');
  const repository = await api.register(source, { verify });
  const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- ask: touch asked.txt
- say: The result is written.
`);
  const { id } = await api.create({ repositoryId: repository.id, prompt });
  const ask = await api.openAsk(id);
  expect((await api.session(id)).attention.kind).toBe('permission');
  await app.kill();

  shared.app = await house.start();
  const kept = await api.openAsk(id);
  expect(kept).toEqual(ask);
  await api.ok('POST', `/asks/${ask.id}/answer`, { body: { decision: 'once' } });
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'asked.txt': '' },
    takeovers: 1,
  });
  expect(events.filter((event) => event.type === 'ask.opened')).toHaveLength(1);
  expect(events.filter((event) => event.type === 'ask.answered')).toHaveLength(1);
});
