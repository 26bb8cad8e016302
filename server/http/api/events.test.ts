import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';

/** The machine may be busy: what must come gets time to come. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 10 });

let server: ApiServer;
let repositoryId: string;
beforeAll(async () => {
  server = await openApiServer({ heartbeatMs: 50 });
  repositoryId = (await server.api('POST', '/repositories', { body: { source: 'sample' } })).body.id;
});
afterAll(() => server.close());

async function newSession() {
  const { body } = await server.api('POST', '/sessions', {
    body: { title: 'Add a sum', prompt: 'Add it.', repositoryId },
  });
  return body as { id: string; slug: string };
}

const actor = { kind: 'system', teamId: null, name: 'test' } as const;
const append = (sessionId: string, n: number) =>
  server.store.events.append(
    sessionId,
    Array.from({ length: n }, () => ({ type: 'session.updated' as const, actor, payload: { note: 'more' } })),
  );

/** Follows a stream as a program would; `seen` grows while it is open. */
async function follow(path: string, options: { token?: string; lastEventId?: string } = {}) {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/api/v1${path}`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${options.token ?? server.token}`,
      ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
    },
    signal: leaving.signal,
  });
  const seen: { id: number; type: string; sessionId: string | null; seq: number | null }[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (message: EventSourceMessage) => {
      const event = JSON.parse(message.data);
      seen.push({ id: Number(message.id), type: event.type, sessionId: event.sessionId, seq: event.seq });
    },
    onComment: (comment) => comments.push(comment),
  });
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) parser.feed(decoder.decode(piece, { stream: true }));
    return 'ended' as const;
  })().catch(() => 'cut' as const);
  return { response, seen, comments, ended, leave: () => leaving.abort() };
}

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, index) => from + index);

test('the timeline of a session is read page by page', async () => {
  const { id, slug } = await newSession();
  await append(id, 30);
  const first = (await server.api('GET', `/sessions/${slug}/events?limit=10`)).body;
  expect(first.items.map((event: { seq: number }) => event.seq)).toEqual(upTo(10));
  expect(first).toMatchObject({ nextAfter: 10, lastSeq: 31 });
  expect(first.items[0]).not.toHaveProperty('teamId');
  const next = (await server.api('GET', `/sessions/${slug}/events?after=${first.nextAfter}&limit=100`)).body;
  expect(next.items.at(-1).seq).toBe(31);
  const typed = (await server.api('GET', `/sessions/${slug}/events?types=session.created,session.deleted`)).body;
  expect(typed.items.map((event: { type: string }) => event.type)).toEqual(['session.created']);
});

test('the output of a session is searched, and what cannot be words is refused', async () => {
  const { id, slug } = await newSession();
  await append(id, 2);
  expect((await server.api('GET', `/sessions/${slug}/output?find=nowhere`)).body).toEqual({ items: [], more: false });
  for (const query of ['', '?find=', '?find=a%0Ab', `?find=${'x'.repeat(201)}`])
    expect((await server.api('GET', `/sessions/${slug}/output${query}`)).status, query).toBe(422);
});

test('the events of the team are read by cursor', async () => {
  const { id } = await newSession();
  await append(id, 3);
  const all = (await server.api('GET', '/events?limit=100')).body;
  const cursors: number[] = all.items.map((event: { cursor: number }) => event.cursor);
  expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
  const rest = (await server.api('GET', `/events?after=${all.nextAfter}`)).body;
  expect(rest).toEqual({ items: [], nextAfter: all.nextAfter });
});

test('a stream replays what is stored, follows what is new, and ends with its client', async () => {
  const { id, slug } = await newSession();
  await append(id, 250);
  const stream = await follow(`/sessions/${slug}/events`);
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  await eventually(() => stream.seen.length).toBe(251);
  for (let round = 0; round < 5; round++) await append(id, 3);
  await eventually(() => stream.seen.length).toBe(266);
  expect(stream.seen.map((event) => event.id)).toEqual(upTo(266));
  expect(stream.seen.map((event) => event.seq)).toEqual(upTo(266));
  await eventually(() => stream.comments.length).toBeGreaterThan(0);
  stream.leave();
  expect(await stream.ended).toBe('cut');
});

test('Last-Event-ID goes before `after`, and a wrong one is refused', async () => {
  const { id, slug } = await newSession();
  await append(id, 20);
  const stream = await follow(`/sessions/${slug}/events?after=2`, { lastEventId: '18' });
  await eventually(() => stream.seen.map((event) => event.id)).toEqual([19, 20, 21]);
  stream.leave();
  const wrong = await follow(`/sessions/${slug}/events`, { lastEventId: 'x' });
  expect(wrong.response.status).toBe(422);
});

test('a stream of some types leaves the others out', async () => {
  const { id, slug } = await newSession();
  const stream = await follow(`/sessions/${slug}/events?types=session.status_changed`);
  await append(id, 5);
  await server.api('POST', `/sessions/${id}/start`);
  await eventually(() => stream.seen.map((event) => event.type)).toEqual(['session.status_changed']);
  stream.leave();
});

test('the team can be followed too, by cursor', async () => {
  const last = (await server.api('GET', '/events?limit=100')).body.nextAfter;
  const stream = await follow(`/events?after=${last}`);
  const { id } = await newSession();
  await append(id, 2);
  await eventually(() => stream.seen.filter((event) => event.sessionId === id).length).toBe(3);
  const cursors = stream.seen.map((event) => event.id);
  expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
  stream.leave();
});

test('what cannot be followed answers an error, not an empty stream', async () => {
  const missing = await follow('/sessions/IND-9999/events');
  expect(missing.response.status).toBe(404);
  const scoped = await server.issue('ada@example.com', ['repositories:read']);
  expect((await follow('/events', { token: scoped })).response.status).toBe(403);
});

test('a revoked token stops reading', async () => {
  const { body } = await server.api('POST', '/tokens', { body: { name: 'reader', scopes: ['sessions:read'] } });
  const { slug } = await newSession();
  const stream = await follow(`/sessions/${slug}/events`, { token: body.token });
  await eventually(() => stream.seen.length).toBe(1);
  await server.api('DELETE', `/tokens/${body.id}`);
  expect(await stream.ended).not.toBeUndefined();
});

test('HEAD of a stream answers its headers and ends', async () => {
  const { slug } = await newSession();
  const response = await fetch(`${server.url}/api/v1/sessions/${slug}/events`, {
    method: 'HEAD',
    headers: { accept: 'text/event-stream', authorization: `Bearer ${server.token}` },
  });
  expect(response.status).toBe(200);
});

// Last: it stops the server's streams.
test('when the server stops, its streams end', async () => {
  const { slug } = await newSession();
  const stream = await follow(`/sessions/${slug}/events`);
  await eventually(() => stream.seen.length).toBe(1);
  server.stopping.abort();
  expect(await stream.ended).toBe('ended');
});
