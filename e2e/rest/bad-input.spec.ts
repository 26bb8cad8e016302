import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expectError } from '../support/errors.ts';
import type { Stage } from '../support/fixtures.ts';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { expectSoundTimeline } from '../support/history.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const count = async ({ api }: Stage) => (await api.ok<{ total: number }>('GET', '/sessions?limit=1')).total;

test('sessions that cannot be made are refused field by field, and none is made', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  const before = await count(stage);
  const good = { title: 'Write the result', prompt: 'Write it.', repositoryId: repository.id };
  const post = (change: Record<string, unknown>) => api.call('POST', '/sessions', { body: { ...good, ...change } });

  expectError(await post({ repositoryId: randomUUID() }), 422, 'INVALID', 'repositoryId');
  expectError(await post({ repositoryId: 'nonsense' }), 422, 'INVALID', 'repositoryId');
  for (const title of ['Test Session', ' untitled ', 'ab', 'x'.repeat(201)])
    expectError(await post({ title }), 422, 'INVALID', 'title');
  expectError(await post({ prompt: 'x'.repeat(10_001) }), 422, 'INVALID', 'prompt');
  expectError(await post({ prompt: '   ' }), 422, 'INVALID', 'prompt');
  expectError(await post({ prompt: script('- wriet: { path: a, content: b }') }), 422, 'INVALID', 'prompt');
  expectError(await post({ prompt: script('- write: { path: a, contents: b }') }), 422, 'INVALID', 'prompt');
  expectError(await post({ prompt: script('- write: { path: [') }), 422, 'INVALID', 'prompt');
  expectError(await post({ prompt: script('write: now') }), 422, 'INVALID', 'prompt');
  expectError(await post({ blueprint: 'no_such_blueprint' }), 422, 'INVALID', 'blueprint');
  expectError(await post({ parentId: randomUUID() }), 422, 'INVALID', 'parentId');
  expectError(await post({ preferredAgent: 'AGENT-NOBODY-01' }), 422, 'INVALID', 'preferredAgent');
  expectError(await post({ parallelism: 17 }), 422, 'INVALID', 'parallelism');
  expectError(await post({ maxDurationSeconds: 59 }), 422, 'INVALID', 'maxDurationSeconds');
  expectError(await post({ shell: 'rm -rf /' }), 422, 'INVALID');
  expect(await count(stage)).toBe(before);

  const longest = await post({ prompt: 'x'.repeat(10_000) });
  expect(longest.status, 'the longest prompt is taken').toBe(201);
  await api.command((longest.body as { id: string }).id, 'cancel');
});

test('repositories that cannot be worked on are refused at registration', async ({ stage }) => {
  const { api, house } = stage;
  const post = (source: string, more: Record<string, unknown> = {}) =>
    api.call('POST', '/repositories', { body: { source, ...more } });
  expectError(await post(join(house.folder, 'not-there')), 422, 'INVALID', 'source');
  expectError(await post('relative/path'), 422, 'INVALID', 'source');
  expectError(await post('https://10.1.2.3/x.git'), 422, 'INVALID', 'source');
  expectError(await post('ftp://example.com/x.git'), 422, 'INVALID', 'source');
  expectError(await post(''), 422, 'INVALID', 'source');

  const plain = join(house.folder, 'plain');
  await mkdir(plain);
  expectError(await post(plain), 422, 'INVALID', 'source');
  await git(plain, 'init', '--quiet');
  expectError(await post(plain), 422, 'INVALID');
  const source = await house.repository('known-branches');
  expectError(await post(source, { baseBranch: 'gone' }), 422, 'INVALID', 'baseBranch');
  expectError(await post(source, { baseBranch: '--upload-pack=x' }), 422, 'INVALID', 'baseBranch');
});

test('a dirty and a bare repository are taken, and a run leaves them as they are', async ({ stage }) => {
  const { api, house } = stage;
  const dirty = await house.repository('dirty');
  await writeFile(join(dirty, 'README.md'), 'Changed by a person.\n');
  const bare = join(house.folder, 'bare.git');
  await git(house.folder, 'clone', '--quiet', '--bare', dirty, bare);
  const prompt = script('- write: { path: result.txt, content: "one\\n" }');
  for (const source of [dirty, bare]) {
    const warned = source === dirty ? expect.stringContaining('uncommitted changes') : null;
    const registered = await api.call('POST', '/repositories', { body: { source, verify: [] } });
    expect(registered).toMatchObject({ status: 201, body: { warning: warned } });
    const { id } = await api.create({ repositoryId: (registered.body as { id: string }).id, prompt });
    const done = await api.waitFor(id, 'completed');
    expect(done.proof, 'nothing could prove it').toBe('unverified');
    const told = (await api.events(id)).filter(({ payload }) => payload.warning !== undefined);
    expect(told.map(({ payload }) => payload.warning)).toEqual(source === dirty ? [warned] : []);
    expect(await git(source, 'show', `${done.branch}:result.txt`)).toBe('one');
  }
  expect(await git(dirty, 'status', '--porcelain')).toBe(' M README.md');
});

test('a branch that vanished after registration fails the session with a sentence', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  await git(repository.source, 'branch', 'work');
  const changed = await api.call('PATCH', `/repositories/${repository.id}`, { body: { baseBranch: 'work' } });
  expect(changed.status).toBe(200);
  await git(repository.source, 'branch', '-D', 'work');
  const { id } = await api.create({ repositoryId: repository.id, prompt: 'Write it.' });
  const failed = await api.waitFor(id, 'failed');
  expect(failed.error).toMatchObject({ code: 'WORKSPACE', message: expect.stringContaining('work') });
  expectSoundTimeline(await api.events(id));
});

test('a URL behind which nobody answers is refused in bounded time', async ({ stage }) => {
  const { api } = stage;
  const held: Socket[] = [];
  const silent = createServer((socket) => held.push(socket.on('error', () => undefined)));
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const address = silent.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  try {
    const reply = await api.call('POST', '/repositories', { body: { source: `https://127.0.0.1:${port}/x.git` } });
    expectError(reply, 422, 'INVALID', 'source');
    expect(reply.error?.message).toContain('did not answer within 15 seconds');
  } finally {
    for (const one of held) one.destroy();
    silent.close();
  }
});

test('an illegal transition names what would be legal, and changes nothing', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  const { id } = await api.create({ repositoryId: repository.id, prompt: 'Wait.', start: false });
  for (const name of ['pause', 'resume', 'stop', 'retry', 'accept-plan']) {
    const reply = await api.call('POST', `/sessions/${id}/${name}`, { body: {} });
    expectError(reply, 409, 'INVALID_TRANSITION');
    expect(reply.error?.details, name).toMatchObject({ from: 'pending', allowed: expect.any(Array) });
  }
  expect((await api.session(id)).status).toBe('pending');
  expect(await api.events(id)).toHaveLength(1);
  await api.command(id, 'cancel');
});

test('a foreign id does not exist, whatever is asked of it', async ({ stage }) => {
  const { api } = stage;
  const id = randomUUID();
  const calls: [string, string, object?][] = [
    ['GET', `/sessions/${id}`],
    ['PATCH', `/sessions/${id}`, { title: 'Write the result' }],
    ['DELETE', `/sessions/${id}`],
    ['POST', `/sessions/${id}/start`, {}],
    ['POST', `/sessions/${id}/prompt`, { text: 'Go on.' }],
    ['POST', `/sessions/${id}/checkpoints/1/restore`, {}],
    ['GET', `/sessions/${id}/diff`],
    ['GET', `/sessions/${id}/events`],
    ['GET', `/tasks/${id}`],
    ['GET', `/repositories/${id}`],
    ['POST', `/asks/${id}/answer`, { decision: 'once' }],
    ['GET', '/sessions/IND-999999'],
    ['GET', '/sessions/..%2f..%2fetc'],
    ['GET', '/nothing-here'],
  ];
  for (const [method, path, body] of calls)
    expectError(await api.call(method, path, body ? { body } : {}), 404, 'NOT_FOUND');
});

test('bodies that are too large, malformed or no object get their own answers', async ({ stage }) => {
  const { api } = stage;
  const large = JSON.stringify({ title: 'x'.repeat(5 * 2 ** 20) });
  expectError(await api.call('POST', '/sessions', { raw: large }), 413, 'PAYLOAD_TOO_LARGE');
  expectError(await api.call('POST', '/sessions', { raw: '{"title": ' }), 400, 'INVALID');
  expectError(await api.call('POST', '/sessions', { raw: 'null' }), 422, 'INVALID');
  expectError(await api.call('POST', '/sessions', { raw: '[]' }), 422, 'INVALID');
  expectError(await api.call('POST', '/sessions', { raw: '{"title":"a\\u0000b"}' }), 422, 'INVALID');
  expectError(await api.call('PUT', '/sessions', { body: {} }), 405, 'METHOD_NOT_ALLOWED');
  expect((await api.call('GET', '/health/live')).status, 'and the server lives on').toBe(200);
});

test('a token does what its scopes allow and no more', async ({ stage }) => {
  const { api, house } = stage;
  const repository = await stage.repository();
  const token = await house.token(['sessions:read']);
  const body = { title: 'Write the result', prompt: 'Write it.', repositoryId: repository.id };
  expect((await api.call('GET', '/sessions', { token })).status).toBe(200);
  expectError(await api.call('POST', '/sessions', { body, token }), 403, 'FORBIDDEN');
  // Permission is asked before existence: an unknown id tells nothing to who may not write.
  expectError(await api.call('POST', `/sessions/${randomUUID()}/start`, { body: {}, token }), 403, 'FORBIDDEN');
  expectError(await api.call('GET', '/repositories', { token }), 403, 'FORBIDDEN');
  expectError(await api.call('GET', '/sessions', { token: 'oio_wrong' }), 401, 'UNAUTHENTICATED');
});

test('one key sent twice has one effect, and with another body it is refused', async ({ stage }) => {
  const { api } = stage;
  const repository = await stage.repository();
  const body = { title: 'Write it once', prompt: 'Write it.', repositoryId: repository.id };
  const headers = { 'idempotency-key': randomUUID() };
  const before = await count(stage);
  const [first, second] = await Promise.all([
    api.call('POST', '/sessions', { body, headers }),
    api.call('POST', '/sessions', { body, headers }),
  ]);
  const made = [first, second].filter((reply) => reply.status === 201);
  for (const reply of [first, second]) if (reply.status !== 201) expectError(reply, 409, 'IDEMPOTENCY_IN_PROGRESS');
  expect(made.length).toBeGreaterThan(0);
  const third = await api.call('POST', '/sessions', { body, headers });
  expect([third.status, third.body]).toEqual([201, made[0]?.body]);
  expect(await count(stage)).toBe(before + 1);
  const other = await api.call('POST', '/sessions', { body: { ...body, title: 'Write it twice' }, headers });
  expectError(other, 422, 'INVALID');
  await api.command((third.body as { id: string }).id, 'cancel');
});
