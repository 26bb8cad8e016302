import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { expectSoundHistory, expectSoundTimeline } from '../support/history.ts';
import { processesMentioning } from '../support/processes.ts';
import { script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const slow = (began: string, milliseconds = 2500) =>
  script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once ${milliseconds} ${began}
- say: The result is written.
`);
const files = { 'result.txt': 'one\n', 'tally.txt': 'once\n' };
const began = (file: string) => until('the command to begin', async () => existsSync(file));

test('a run paused under a tool goes on with the same attempt when it is resumed', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const file = join(house.folder, 'paused');
  const { id } = await api.create({ repositoryId: repository.id, prompt: slow(file, 4000) });
  await began(file);
  const paused = await api.command(id, 'pause', { reason: 'Lunch' });
  expect(paused.status).toBe('paused');
  expect(await processesMentioning(file), 'nothing of it runs on').toEqual([]);
  const again = await api.call('POST', `/sessions/${id}/pause`, { body: {} });
  expect(again.error?.code, 'it is paused already').toBe('INVALID_TRANSITION');

  expect((await api.command(id, 'resume')).status).toMatch(/^(queued|running)$/);
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: repository.source, files });
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
});

test('a stopped run has stopped, and a retry finishes it from its checkpoint', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const file = join(house.folder, 'stopped');
  const { id } = await api.create({ repositoryId: repository.id, prompt: slow(file, 4000) });
  await began(file);
  await api.ok('POST', `/sessions/${id}/checkpoints`, { body: {} });
  const stopped = await api.command(id, 'stop');
  expect(stopped.status).toBe('stopped');
  expect(await processesMentioning(file), 'nothing of it runs on').toEqual([]);

  const retried = await api.command(id, 'retry');
  expect(retried.retryCount).toBe(1);
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, { repository: repository.source, files });
  expect(events.find((event) => event.type === 'session.retried')?.payload.checkpoint).toBe(1);
});

test('a retry without any checkpoint says why it is refused', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const file = join(house.folder, 'not-recoverable');
  const { id } = await api.create({ repositoryId: repository.id, prompt: slow(file, 4000) });
  await began(file);
  expect((await api.command(id, 'stop')).status).toBe('stopped');
  const refused = await api.call('POST', `/sessions/${id}/retry`, { body: {} });
  expect(refused.status).toBe(409);
  expect(refused.error?.code).toBe('INVALID_TRANSITION');
  expect(refused.error?.message).toMatch(/checkpoint/);
  expectSoundTimeline(await api.events(id));
});

test('a cancelled session stays cancelled, and a running one cannot be', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const waiting = await api.create({ repositoryId: repository.id, prompt: 'Wait.', start: false });
  expect((await api.command(waiting.id, 'cancel')).status).toBe('cancelled');
  const started = await api.call('POST', `/sessions/${waiting.id}/start`, { body: {} });
  expect(started.status).toBe(409);
  expect(started.error?.details).toMatchObject({ from: 'cancelled', allowed: [] });

  const file = join(house.folder, 'not-cancelled');
  const running = await api.create({ repositoryId: repository.id, prompt: slow(file, 4000) });
  await began(file);
  const refused = await api.call('POST', `/sessions/${running.id}/cancel`, { body: {} });
  expect(refused.status).toBe(409);
  expect(refused.error?.details).toMatchObject({ from: 'running', to: 'cancelled' });
  await api.command(running.id, 'stop');
});

test('a restored checkpoint takes graph and branch back, and the rest is done again', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository({ verify: [] });
  const file = join(house.folder, 'restored');
  const prompt = ['analyze', 'plan', 'refactor', 'verify']
    .map((key) =>
      script(
        `- write: { path: ${key}.txt, content: "${key}\\n" }${key === 'refactor' ? `\n- bash: node tally.js once 3000 ${file}` : ''}`,
        `task=${key}`,
      ),
    )
    .join('\n');
  const { id } = await api.create({ repositoryId: repository.id, blueprint: 'refactoring', prompt });
  await began(file);
  expect((await api.command(id, 'pause')).status).toBe('paused');
  const before = await api.ok<{ items: { sequence: number }[] }>('GET', `/sessions/${id}/checkpoints`);
  expect(before.items.map((one) => one.sequence).sort()).toEqual([1, 2]);

  const { branch } = await api.session(id);
  const onBranch = async () =>
    (await git(repository.source, 'log', '--format=%(trailers:key=Orchestrator-Task,valueonly)', `main..${branch}`))
      .split('\n')
      .filter(Boolean)
      .reverse();
  // The analysis is a reviewer's, who may not write: what it leaves is its report.
  expect(await onBranch()).toEqual(['plan']);

  const restored = await api.ok<{ status: string }>('POST', `/sessions/${id}/checkpoints/1/restore`, {
    body: {},
  });
  expect(restored.status).toBe('paused');
  expect(await onBranch()).toEqual([]);

  await api.command(id, 'resume');
  const done = await api.waitFor(id, 'completed');
  expect(done.progress).toEqual({ completed: 4, total: 4 });
  expect(await onBranch()).toEqual(['plan', 'refactor', 'verify']);
  const events = await api.events(id);
  expectSoundTimeline(events);
  expect(events.filter((event) => event.type === 'checkpoint.restored')).toHaveLength(1);
  expect(events.filter((event) => event.type === 'task.restored').length).toBeGreaterThan(0);
  const after = await api.ok<{ items: { sequence: number; undone: boolean }[] }>('GET', `/sessions/${id}/checkpoints`);
  expect(after.items.filter((one) => one.undone).map((one) => one.sequence)).toEqual([2]);
  expect(Math.max(...after.items.map((one) => one.sequence)), 'no sequence is given twice').toBeGreaterThan(2);
});

test('a prompt injected into a run is done by the same attempt, once for one key', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const file = join(house.folder, 'injected');
  const { id } = await api.create({ repositoryId: repository.id, prompt: slow(file, 2500) });
  await began(file);
  const body = { text: script('- write: { path: second.txt, content: "two\\n" }\n- say: Also done.') };
  const headers = { 'idempotency-key': `key-${id}` };
  const first = await api.call('POST', `/sessions/${id}/prompt`, { body, headers });
  const second = await api.call('POST', `/sessions/${id}/prompt`, { body, headers });
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body).toEqual(first.body);

  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, {
    repository: repository.source,
    files: { ...files, 'second.txt': 'two\n' },
  });
  expect(events.filter((event) => event.type === 'prompt.injected')).toHaveLength(1);
  expect(events.filter((event) => event.type === 'attempt.started')).toHaveLength(1);
  const late = await api.call('POST', `/sessions/${id}/prompt`, { body });
  expect(late.status).toBe(409);
});
