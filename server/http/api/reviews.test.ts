import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryAt, scratchSession } from '../../infrastructure/git/git-testing.ts';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

/** A paused session of the API's own team whose branch holds one change of a real repository. */
async function changed() {
  const git = await scratchSession({ 'a.txt': 'one\ntwo\nthree\n', 'package.json': '{}' });
  const commit = await git.attempt('first', { 'a.txt': 'one\nTWO\nthree\n' });
  const repository = await server.api('POST', '/repositories', { body: { source: repositoryAt(git.source).source } });
  const session = await server.newSession({ repositoryId: repository.body.id });
  await server.store.sessions.update(
    session.id,
    { branch: git.branch, baseCommit: git.baseCommit, headCommit: commit },
    {},
  );
  return { id: session.id, head: commit };
}

test('a thread is written, answered, sent and closed', async () => {
  const { id, head } = await changed();
  const said = await server.api('POST', `/sessions/${id}/comments`, {
    body: { path: 'a.txt', side: 'new', startLine: 2, body: 'Why so loud?' },
  });
  expect(said.status).toBe(201);
  expect(said.body).toMatchObject({ excerpt: ['TWO'], head, author: { name: 'Ada' }, startLine: 2, endLine: 2 });
  const thread = `/sessions/${id}/comments/${said.body.id}`;
  expect((await server.api('POST', `${thread}/replies`, { body: { body: 'Indeed.' } })).status).toBe(201);
  const list = await server.api('GET', `/sessions/${id}/comments`);
  expect(list.body).toMatchObject({
    total: 1,
    items: [{ place: { state: 'current', startLine: 2 }, replies: [{ body: 'Indeed.' }] }],
  });
  const sent = await server.api('POST', `/sessions/${id}/comments/send`, { body: { commentIds: [said.body.id] } });
  expect([sent.status, sent.body.text]).toEqual([202, expect.stringContaining('Indeed.')]);
  expect((await server.api('POST', `${thread}/resolve`)).body.resolvedBy.name).toBe('Ada');
  expect((await server.api('POST', `${thread}/resolve`)).status).toBe(409);
  expect((await server.api('POST', `${thread}/reopen`)).body.resolvedAt).toBeNull();
  await server.cancel(id);
});

test('a decision is for the head that was looked at', async () => {
  const { id, head } = await changed();
  const stale = await server.api('POST', `/sessions/${id}/reviews`, {
    body: { decision: 'accepted', head: '0'.repeat(40) },
  });
  expect([stale.status, stale.body.error.code]).toEqual([409, 'CONFLICT']);
  const body = { decision: 'accepted', head, note: 'Good.' };
  expect((await server.api('POST', `/sessions/${id}/reviews`, { body })).status).toBe(201);
  const list = await server.api('GET', `/sessions/${id}/reviews`);
  expect(list.body.items).toMatchObject([{ decision: 'accepted', head, followUpId: null }]);
  await server.cancel(id);
});

test('what is wrong is named, and a reader’s token may only read', async () => {
  const { id } = await changed();
  for (const [body, field] of [
    [{ path: 'a.txt', body: '' }, 'body'],
    [{ path: 'b.txt', body: 'x' }, 'path'],
    [{ path: 'a.txt', body: 'x', side: 'new', startLine: 90 }, 'startLine'],
    [{ path: 'a.txt', body: 'x', colour: 'red' }, 'colour'],
  ] as const) {
    const { status, body: answer } = await server.api('POST', `/sessions/${id}/comments`, { body });
    expect([status, answer.error.details[0].path]).toEqual([422, field]);
  }
  const token = await server.issue('ada@example.com', ['sessions:read']);
  expect((await server.api('GET', `/sessions/${id}/comments`, { token })).status).toBe(200);
  const refused = await server.api('POST', `/sessions/${id}/comments`, { token, body: { path: 'a.txt', body: 'x' } });
  expect([refused.status, refused.body.error.code]).toEqual([403, 'FORBIDDEN']);
  const nothing = await server.api('POST', `/sessions/${id}/comments/${id}/resolve`);
  expect(nothing.status).toBe(404);
  await server.cancel(id);
});
