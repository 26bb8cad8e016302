import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, shareHouse, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { isAlive, killHard, signalProcess } from '../support/processes.ts';
import { script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });
const shared = shareHouse();

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

/** A session whose command works. */
async function atTool(name: string): Promise<{ id: string; source: string }> {
  const { house, api } = shared;
  const source = await house.repository(name);
  const repository = await api.register(source, { verify });
  const began = join(house.folder, `${name}-began`);
  const { id } = await api.create({ repositoryId: repository.id, prompt: longTool(began) });
  await until('the command to begin', async () => existsSync(began));
  return { id, source };
}

/** A session between two tools: the first one's result is told, and the model thinks. */
async function inThought(name: string): Promise<{ id: string; source: string }> {
  const { house, api } = shared;
  const source = await house.repository(name);
  const repository = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId: repository.id, prompt: longThought });
  await api.waitForEvent(
    id,
    'attempt.tool_called',
    ({ payload }) => payload.tool === 'bash' && payload.status === 'completed',
  );
  return { id, source };
}

test('a run that outlived the app in the middle of a tool is adopted, not begun again', async () => {
  const { house, api } = shared;
  await shared.app.stop();
  const first = await house.start({ FAULT_AT: 'mid_tool' });
  const source = await house.repository('mid-tool');
  const repository = await api.register(source, { verify });
  const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 1000
- say: The result is written.
`);
  const { id } = await api.create({ repositoryId: repository.id, prompt });
  expect(await first.ended()).toEqual({ code: null, signal: 'SIGKILL' });

  shared.app = await house.start();
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeover?.payload.adopted, 'the living run was adopted').toBe(true);
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});

test('OpenCode killed under a running tool loses that attempt, and a new one does the work', async () => {
  const { house, api } = shared;
  const { id, source } = await atTool('killed');
  await killHard(await house.openCode());

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  const ends = events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload);
  expect(ends.map((end) => end.status)).toEqual(['lost', 'succeeded']);
  expect(ends[0]?.failure).toBe('crash');
});

test('OpenCode frozen under a running tool is found silent and replaced, and a new attempt does the work', async () => {
  const { house, api } = shared;
  const { id, source } = await atTool('frozen');
  const frozen = await house.openCode();
  await signalProcess(frozen, 'SIGSTOP');

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  const ends = events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload);
  expect(ends.map((end) => end.status)).toEqual(['lost', 'succeeded']);
  expect(await isAlive(frozen)).toBe(false);
});

test('OpenCode killed between two tools goes on with the same attempt', async () => {
  const { house, api } = shared;
  const { id, source } = await inThought('killed-between');
  await killHard(await house.openCode());

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});

test('the app killed and started again adopts the living run between two tools', async () => {
  const { house, api, app } = shared;
  const { id, source } = await inThought('adopted');
  const openCode = await house.openCode();
  await app.kill();
  expect(await isAlive(openCode), 'OpenCode outlives the app').toBe(true);

  shared.app = await house.start();
  expect(await house.openCode(), 'the same process serves on').toEqual(openCode);
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});

// The last one: it leaves nothing running.
test('a machine that dies under a running tool ends nothing but that attempt', async () => {
  const { house, api, app } = shared;
  const { id, source } = await atTool('died');
  const openCode = await house.openCode();
  await app.kill();
  await killHard(openCode);

  shared.app = await house.start();
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: source, files, takeovers: 1 });
  const [takeover] = events.filter((event) => event.type === 'recovery.taken_over');
  expect(takeover?.payload.adopted, 'nothing was left to adopt').toBe(false);
  expect(events.filter((event) => event.type === 'attempt.ended').map((event) => event.payload.status)).toEqual([
    'lost',
    'succeeded',
  ]);
  expect(await isAlive(openCode)).toBe(false);
  expect((await shared.app.stop()).code).toBe(0);
  expect(await house.leftRunning()).toEqual([]);
});
