import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../../../db/testing/database.ts';
import { addAttempt, addRunning, addTask, makeWorld, system } from '../../../db/testing/fixtures.ts';
import { createRedaction } from '../redaction.ts';
import { createStore } from './store.ts';

const canary = 'canary-of-the-configuration';
let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase('pglite');
});
afterAll(() => database.close());

test('a configured secret reaches no event, blob, evidence, error or ask', async () => {
  const store = createStore(database, { redact: createRedaction(new Set([canary])) });
  const world = await makeWorld(store);
  const session = await addRunning(store, world);
  const task = await addTask(store, session);
  const attempt = await addAttempt(store, world, session, task);
  const said = `the key is ${canary}, said the tool`;
  const output = said.padEnd(100_000, '.');
  await store.events.append(session.id, [
    { type: 'attempt.tool_called', actor: system, payload: { tool: 'bash', input: { command: said }, output } },
  ]);
  await store.events.appendTeam(world.team.id, {
    type: 'runtime.state_changed',
    actor: system,
    payload: { detail: said },
  });
  const command = { command: 'env', exitCode: 1, durationMs: 1, output: said, timedOut: false };
  const evidence = {
    commands: [command],
    files: [],
    filesTotal: 0,
    treeHash: null,
    claimed: false,
    verifiedAt: '2026-01-01T00:00:00Z',
  };
  await store.transaction(async (tx) => {
    const error = { code: 'CRASH', message: said, context: {} };
    await tx.attempts.update(attempt.id, { evidence, summary: said, error }, { epoch: session.epoch });
    await tx.asks.open({
      id: crypto.randomUUID(),
      teamId: world.team.id,
      sessionId: session.id,
      taskId: task.id,
      attemptId: attempt.id,
      remoteAskId: 'per_1',
      remoteSessionId: 'ses_1',
      kind: 'permission',
      title: said,
      command: said,
      paths: [said],
      patterns: ['*'],
      permission: 'bash',
      question: null,
      options: [],
      escalatesAt: new Date(),
      expiresAt: new Date(),
    });
  });
  const kept = await store.attempts.get(attempt.id);
  expect(kept?.summary).toBe('the key is [redacted], said the tool');
  expect(kept?.evidence?.commands[0]?.output).toBe(kept?.summary);
  const [event] = await store.events.list(session.id, { after: 0, types: ['attempt.tool_called'], limit: 1 });
  const [ask] = await store.asks.openOf(session.id);
  const blob = await store.blobs.get(world.team.id, String(event?.payload.blob));
  expect(blob).toContain('[redacted]');
  const team = await store.events.team(world.team.id, { after: 0, limit: 100 });
  expect(JSON.stringify([kept, event, ask, blob, team])).not.toContain(canary);
});
