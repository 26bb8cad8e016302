import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

/** A session that stands as if it had been planned, with two tasks. */
async function planned() {
  const session = await server.newSession({ blueprint: 'single_task' });
  await server.store.sessions.update(session.id, { plannedAt: new Date(), planApprovedAt: new Date() }, {});
  const add = async (body: object) => {
    const added = await server.api('POST', `/sessions/${session.slug}/tasks`, { body });
    expect(added.status).toBe(201);
    return added.body;
  };
  const first = await add({ key: 'first', title: 'Add the first', writes: ['src/**'], estimate: { likely: 2 } });
  const second = await add({
    title: 'Test the first',
    dependsOn: [{ key: 'first' }],
    priority: 'high',
    writes: ['src/a.ts'],
  });
  return { session, first, second };
}

test('a task is added, changed under its version, linked, unlinked and taken off', async () => {
  const { session, first, second } = await planned();
  expect(second).toMatchObject({
    key: 'task-2',
    kind: 'work',
    priority: 'high',
    capabilities: ['test_generation'],
    dependencies: [{ taskId: first.id, satisfied: false }],
  });
  const changed = await server.api('PATCH', `/tasks/${first.id}`, {
    body: { description: 'Both sides.' },
    headers: { 'if-match': String(first.version) },
  });
  expect(changed).toMatchObject({ status: 200, body: { description: 'Both sides.', version: first.version + 1 } });
  const stale = await server.api('PATCH', `/tasks/${first.id}`, {
    body: { description: 'Late.' },
    headers: { 'if-match': String(first.version) },
  });
  expect(stale.status).toBe(409);

  const circle = await server.api('POST', `/tasks/${first.id}/dependencies`, { body: { taskId: second.id } });
  expect(circle).toMatchObject({ status: 422, body: { error: { details: [{ path: 'taskId' }] } } });
  const twice = await server.api('POST', `/tasks/${second.id}/dependencies`, { body: { taskId: first.id } });
  expect(twice.status).toBe(409);
  const [edge] = second.dependencies;
  expect((await server.api('DELETE', `/tasks/${second.id}/dependencies/${edge.id}`)).status).toBe(204);
  const linked = await server.api('POST', `/tasks/${second.id}/dependencies`, {
    body: { taskId: first.id, type: 'start_to_start', lagSeconds: 5 },
  });
  expect(linked).toMatchObject({ status: 201, body: { taskId: first.id, type: 'start_to_start', lagSeconds: 5 } });
  const gone = { body: { dependencyId: linked.body.id } };
  expect((await server.api('DELETE', `/tasks/${second.id}/dependencies`, gone)).status).toBe(204);
  expect((await server.api('DELETE', `/tasks/${second.id}/dependencies`, gone)).status).toBe(404);

  const graph = await server.api('GET', `/sessions/${session.slug}/graph`);
  expect(graph.body.edges).toEqual([]);
  expect((await server.api('DELETE', `/tasks/${second.id}`)).status).toBe(204);
  expect((await server.api('GET', `/tasks/${second.id}`)).status).toBe(404);
  expect((await server.api('DELETE', `/tasks/${first.id}`)).status).toBe(409);
  await server.cancel(session.id);
});

test('a task is split, given to an agent, cancelled and retried', async () => {
  const { session, first, second } = await planned();
  const tasks = [
    { key: 'a', title: 'Add a' },
    { key: 'b', title: 'Add b', dependsOn: [{ key: 'a' }] },
  ];
  expect((await server.api('POST', `/tasks/${first.id}/decompose`, { body: { tasks } })).status).toBe(200);
  const graph = await server.api('GET', `/sessions/${session.slug}/graph`);
  expect(
    graph.body.nodes.map(({ key, parentTaskId }: { key: string; parentTaskId: string }) => [key, parentTaskId]),
  ).toEqual([
    ['first', null],
    ['task-2', null],
    ['a', first.id],
    ['b', first.id],
  ]);
  const asked = await server.api('POST', `/tasks/${second.id}/decompose`);
  expect(asked).toMatchObject({ status: 200, body: { next: { role: 'plan' } } });

  const assign = (agent: string) => server.api('POST', `/tasks/${second.id}/assign`, { body: { agent } });
  expect(await assign('AGENT-NOBODY-01')).toMatchObject({
    status: 422,
    body: { error: { details: [{ path: 'agent' }] } },
  });
  expect(await assign('AGENT-ARCHITECT-01')).toMatchObject({ status: 200, body: { next: { role: 'plan' } } });

  const cancelled = await server.api('POST', `/tasks/${second.id}/cancel`, { body: { reason: 'not needed' } });
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', reason: 'not needed' } });
  expect((await server.api('POST', `/tasks/${second.id}/cancel`)).status).toBe(409);
  const early = await server.api('POST', `/tasks/${second.id}/retry`);
  expect(early).toMatchObject({ status: 409, body: { error: { code: 'INVALID_TRANSITION' } } });
  expect((await server.api('POST', `/tasks/${second.id}/waive`, { body: { reason: 'short' } })).status).toBe(422);
  await server.cancel(session.id);
});

test('unknown fields, strangers and viewers are refused', async () => {
  const { session, first } = await planned();
  expect(
    (await server.api('POST', `/sessions/${session.slug}/tasks`, { body: { title: 'Add x', colour: 1 } })).status,
  ).toBe(422);
  expect((await server.api('PATCH', `/tasks/${first.id}`, { body: {} })).status).toBe(422);
  expect((await server.api('PATCH', `/tasks/${session.id}`, { body: { priority: 'low' } })).status).toBe(404);
  const member = await server.issue((await server.addMember('member')).email);
  const refused = await server.api('PATCH', `/tasks/${first.id}`, { token: member, body: { priority: 'low' } });
  expect(refused.status).toBe(403);
  const waived = await server.api('POST', `/tasks/${first.id}/waive`, {
    token: member,
    body: { reason: 'It is right all the same, I looked.' },
  });
  expect(waived.status).toBe(403);
  await server.cancel(session.id);
});

test('a session is previewed before it is there, with the source of its plan', async () => {
  const preview = (body: object) => server.api('POST', '/sessions/preview', { body });
  const rule = await preview({ title: 'Add a database', prompt: 'Behind the ui.', repositoryId: server.repositoryId });
  expect(rule).toMatchObject({
    status: 200,
    body: { source: { kind: 'rule', blueprint: 'crud', word: 'database', offered: ['ui_component'] } },
  });
  expect(rule.body.preview.tasks).toHaveLength(5);
  expect(rule.body.preview.envelope.workHours.p90).toBeGreaterThan(rule.body.preview.envelope.workHours.p50);
  expect((await preview({ title: 'Add a sum' })).body).toMatchObject({ source: { kind: 'planner' }, preview: null });
  expect((await preview({ blueprint: 'bug_fix' })).body).toMatchObject({ source: { kind: 'blueprint' } });
  expect((await preview({ blueprint: 'castle' })).body.error.details).toMatchObject([{ path: 'blueprint' }]);
  const stray = await preview({ title: 'Add a sum', parameters: { hours: 3 } });
  expect(stray.body.error.details).toMatchObject([{ path: 'parameters.hours' }]);
});

test('the plan of a session is read with what it takes and who gets in whose way', async () => {
  const early = await server.newSession({ blueprint: 'crud' });
  const none = await server.api('GET', `/sessions/${early.slug}/plan`);
  expect(none.body).toEqual({ source: null, envelope: null, basis: null, collisions: [] });
  const { session, first, second } = await planned();
  const apart = await server.api('GET', `/sessions/${session.slug}/plan`);
  expect(apart.body).toMatchObject({ basis: { tokensSource: 'assumed' }, collisions: [] });
  expect(apart.body.envelope.workHours.p50).toBeGreaterThan(2);
  await server.api('DELETE', `/tasks/${second.id}/dependencies/${second.dependencies[0].id}`);
  const together = await server.api('GET', `/sessions/${session.slug}/plan`);
  expect(together.body.collisions).toMatchObject([
    { first: first.id, second: second.id, globs: [['src/**', 'src/a.ts']] },
  ]);
  await server.cancel(session.id);
  await server.cancel(early.id);
});
