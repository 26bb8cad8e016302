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

test('a configured secret reaches no event, blob, evidence, error, task, conflict, context or ask', async () => {
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
    const verdict = { action: 'retry', reason: said, delaySeconds: 0 };
    await tx.attempts.update(attempt.id, { evidence, summary: said, error, verdict }, { epoch: session.epoch });
    await tx.tasks.edit(task.id, { title: `Add ${said}` }, {});
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: ['pending'],
      to: 'ready',
      reason: null,
      actor: system,
      patch: { result: said, error },
    });
    await tx.conflicts.insert({
      id: crypto.randomUUID(),
      teamId: world.team.id,
      sessionId: session.id,
      taskId: task.id,
      attemptId: attempt.id,
      baseCommit: 'a',
      oursCommit: 'b',
      theirsCommit: 'c',
      files: ['x'],
      message: said,
    });
    const context = await tx.contexts.create(
      {
        id: crypto.randomUUID(),
        teamId: world.team.id,
        name: said,
        scope: 'session',
        sessionId: session.id,
        agentId: null,
        data: { deep: [{ said }], at: 1 },
        metadata: { said },
        createdBy: null,
        expiresAt: null,
      },
      [{ path: 'deep', after: [{ said }] }],
      system,
    );
    const data = { said, at: 2 };
    const changes = [{ path: 'said', before: said, after: said }];
    await tx.contexts.write(context.id, { version: 1, data, changes, actor: system });
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
  const planned = await addTask(store, session, { title: `Add ${said}`, description: said });
  const tasks = await store.tasks.bySession(session.id);
  expect(tasks.map((one) => one.title)).toEqual(Array(2).fill('Add the key is [redacted], said the tool'));
  expect(planned.description).toBe(kept?.summary);
  expect(tasks[0]?.result).toBe(kept?.summary);
  const conflicts = await store.conflicts.ofSession(session.id);
  expect(conflicts[0]?.message).toBe(kept?.summary);
  const [context] = await store.contexts.ofSession(session.id);
  expect(context).toMatchObject({ version: 2, name: kept?.summary, data: { said: kept?.summary, at: 2 } });
  const history = await store.contexts.history(context?.id ?? '', { limit: 9 });
  expect(history).toHaveLength(2);
  const team = await store.events.team(world.team.id, { after: 0, limit: 100 });
  expect(JSON.stringify([kept, event, ask, blob, team, tasks, conflicts, context, history])).not.toContain(canary);
});
