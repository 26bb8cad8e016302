import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 2000
- say: The result is written.
`);

const verify = ['node check.js'];
const files = { 'result.txt': 'one\n', 'tally.txt': 'once\n' };

test('an owner frozen past its lease finds it expired, raises the epoch and finishes', async ({ house }) => {
  const app = await house.start({ LEASE_SECONDS: '3' });
  const api = await house.api();
  const source = await house.repository();
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

test('SIGTERM in the middle of a run ends everything within 15 s, and the next start finishes the work', async ({
  house,
}) => {
  const app = await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: work });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const end = await app.stop();
  expect(end.code).toBe(0);
  expect(end.seconds).toBeLessThan(15);
  expect(await house.leftRunning()).toEqual([]);

  await house.start();
  await api.waitFor(id, 'completed');
  await expectSoundHistory(api, id, { repository: source, files });
});
