import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { isAlive, killHard, signalProcess } from '../support/processes.ts';
import { type RestClient, script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const longTool = (began: string) =>
  script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 2500 ${began}
- say: The result is written.
`);

const longThought = script(`
- bash: node tally.js once
- wait: 4s
- write: { path: result.txt, content: "one\\n" }
- say: The result is written.
`);

const verify = ['node check.js'];
const files = { 'result.txt': 'one\n', 'tally.txt': 'once\n' };

/** Until the command itself works. */
const toolRuns = (began: string) => until('the command to begin', async () => existsSync(began));
const toolRan = (api: RestClient, id: string) =>
  api.waitForEvent(
    id,
    'attempt.tool_called',
    ({ payload }) => payload.tool === 'bash' && payload.status === 'completed',
  );

test('OpenCode killed under a running tool loses that attempt, and a new one does the work', async ({ house }) => {
  await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const began = join(house.folder, 'began');
  const { id } = await api.create({ repositoryId: repository.id, prompt: longTool(began) });
  await toolRuns(began);
  await killHard(await house.openCode());

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  const ends = events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload);
  expect(ends.map((end) => end.status)).toEqual(['lost', 'succeeded']);
  expect(ends[0]?.failure).toBe('crash');
});

test('OpenCode frozen under a running tool is found silent and replaced, and a new attempt does the work', async ({
  house,
}) => {
  await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const began = join(house.folder, 'began');
  const { id } = await api.create({ repositoryId: repository.id, prompt: longTool(began) });
  await toolRuns(began);
  const frozen = await house.openCode();
  await signalProcess(frozen, 'SIGSTOP');

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  const ends = events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload);
  expect(ends.map((end) => end.status)).toEqual(['lost', 'succeeded']);
  expect(await isAlive(frozen)).toBe(false);
});

test('OpenCode killed between two tools goes on with the same attempt', async ({ house }) => {
  await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: longThought });
  await toolRan(api, id);
  await killHard(await house.openCode());

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});

test('a machine that dies under a running tool ends nothing but that attempt', async ({ house }) => {
  const app = await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const began = join(house.folder, 'began');
  const { id } = await api.create({ repositoryId: repository.id, prompt: longTool(began) });
  await toolRuns(began);
  const openCode = await house.openCode();
  await app.kill();
  await killHard(openCode);

  const again = await house.start();
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeover?.payload.adopted, 'nothing was left to adopt').toBe(false);
  expect(events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload.status)).toEqual([
    'lost',
    'succeeded',
  ]);
  expect(await isAlive(openCode)).toBe(false);
  expect((await again.stop()).code).toBe(0);
  expect(await house.leftRunning()).toEqual([]);
});

test('the app killed and started again adopts the living run between two tools', async ({ house }) => {
  const app = await house.start();
  const api = await house.api();
  const source = await house.repository();
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: longThought });
  await toolRan(api, id);
  const openCode = await house.openCode();
  await app.kill();
  expect(await isAlive(openCode), 'OpenCode outlives the app').toBe(true);

  await house.start();
  expect(await house.openCode(), 'the same process serves on').toEqual(openCode);
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});
