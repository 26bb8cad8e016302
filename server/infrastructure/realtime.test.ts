import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import type { Actor } from '../domain/actor.ts';
import type { TimelineEvent } from '../domain/events.ts';
import { createLogger } from '../log.ts';
import { createRealtime, type RealtimeOptions } from './realtime.ts';

/** The machine may be busy: what must come gets time to come. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 10 });

type WireEvent = Omit<TimelineEvent, 'at' | 'teamId'> & { at: string };

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const member: Actor = { kind: 'user', id: 'u1', teamId: 't1', role: 'member', name: 'Ada', email: 'ada@example.com' };

/** An event log in memory: what a database would hold, with the readers the server asks for. */
function createLog() {
  const events: TimelineEvent[] = [];
  let hidden = Number.POSITIVE_INFINITY;
  const lastSeq = (id: string) => events.filter((event) => event.sessionId === id).length;
  return {
    events,
    /** Cursors from here on cannot be read from the team's feed yet, as with an open transaction. */
    hideFrom: (cursor: number) => {
      hidden = cursor;
    },
    append(sessionId: string, teamId = 't1'): TimelineEvent {
      const event: TimelineEvent = {
        id: `e${events.length + 1}`,
        teamId,
        cursor: (events.length + 1) * 3,
        sessionId,
        seq: lastSeq(sessionId) + 1,
        type: 'session.updated',
        at: new Date(1_800_000_000_000 + events.length),
        actor: { kind: 'system', id: null, name: 'engine' },
        payload: { n: events.length },
        v: 1,
      };
      events.push(event);
      return event;
    },
    lastSeq,
    async readEvents(sessionId: string, after: number, limit: number) {
      await pause();
      return events.filter((event) => event.sessionId === sessionId && (event.seq ?? 0) > after).slice(0, limit);
    },
    async readTeam(teamId: string, after: number, limit: number) {
      await pause();
      return events
        .filter((event) => event.teamId === teamId && event.cursor > after && event.cursor < hidden)
        .slice(0, limit);
    },
    async teamHead(teamId: string) {
      return events.filter((event) => event.teamId === teamId && event.cursor < hidden).at(-1)?.cursor ?? 0;
    },
  };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function start(overrides: Partial<RealtimeOptions> = {}) {
  const log = createLog();
  const httpServer = createServer();
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const actors = new Map<string, Actor>([['ada', member]]);
  const realtime = createRealtime({
    httpServer,
    log: createLogger({ level: 'silent' }),
    authenticate: async ({ token }) => actors.get(token ?? '') ?? null,
    allowOrigin: (origin) => origin === 'http://own.example',
    mayRead: async (actor, id) => {
      await pause();
      return id.startsWith(`${actor.teamId}-`) ? { id, lastSeq: log.lastSeq(id) } : null;
    },
    readEvents: log.readEvents,
    readTeam: log.readTeam,
    teamHead: log.teamHead,
    ...overrides,
  });
  const { port } = httpServer.address() as AddressInfo;
  closers.push(async () => {
    realtime.close();
    httpServer.closeAllConnections();
    await new Promise((resolve) => httpServer.close(resolve));
  });

  function client(token = 'ada', extra: Parameters<typeof connect>[1] = {}): Socket {
    const socket = connect(`http://127.0.0.1:${port}`, {
      auth: { token },
      transports: ['websocket'],
      reconnectionDelay: 5,
      reconnectionDelayMax: 10,
      forceNew: true,
      ...extra,
    });
    closers.push(() => {
      socket.disconnect();
    });
    return socket;
  }
  return { log, realtime, client, actors, port };
}

const once = <T>(socket: Socket, event: string) => new Promise<T>((resolve) => socket.once(event, resolve));

interface Answer {
  ok: boolean;
  sessions: Record<string, number>;
  denied: string[];
  team?: number;
  error?: { code: string };
}
const watch = (socket: Socket, message: object): Promise<Answer> => socket.emitWithAck('watch', message);

function collect(socket: Socket) {
  const seen: WireEvent[] = [];
  const batches: WireEvent[][] = [];
  socket.on('events', (batch: WireEvent[]) => {
    batches.push(batch);
    seen.push(...batch);
  });
  return {
    seen,
    batches,
    seqs: (id: string) => seen.filter((event) => event.sessionId === id).map((event) => event.seq),
  };
}

const upTo = (n: number, from = 1) => Array.from({ length: Math.max(0, n - from + 1) }, (_, index) => from + index);

test('nobody connects without a login or a token', async () => {
  const { client } = await start();
  const error = await once<Error>(client('nobody', { reconnection: false }), 'connect_error');
  expect(error.message).toBe('UNAUTHENTICATED');
});

test('a page of another site cannot connect, a page of this one can', async () => {
  const { client } = await start();
  const foreign = client('ada', { reconnection: false, extraHeaders: { origin: 'http://evil.example' } });
  await expect(once<Error>(foreign, 'connect_error')).resolves.toBeInstanceOf(Error);
  const own = client('ada', { extraHeaders: { origin: 'http://own.example' } });
  await once(own, 'connect');
});

test('what was missed is replayed in order before what is live', async () => {
  const { log, realtime, client } = await start();
  for (let n = 0; n < 1_200; n++) log.append('t1-s');
  const socket = client();
  const { seqs } = collect(socket);
  const answer = await watch(socket, { sessions: ['t1-s'], after: { 't1-s': 10 } });
  expect(answer).toEqual({ ok: true, sessions: { 't1-s': 1_200 }, denied: [] });
  realtime.publish([log.append('t1-s')]);
  await eventually(() => seqs('t1-s').length).toBe(1_191);
  expect(seqs('t1-s')).toEqual(upTo(1_201, 11));
});

test('without `after` only what is new comes', async () => {
  const { log, realtime, client } = await start();
  for (let n = 0; n < 5; n++) log.append('t1-s');
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-s'] });
  realtime.publish([log.append('t1-s')]);
  await eventually(() => seqs('t1-s')).toEqual([6]);
});

test('past 5,000 missed events the client is told of the gap and then gets what is live', async () => {
  const { log, realtime, client } = await start();
  for (let n = 0; n < 5_001; n++) log.append('t1-s');
  const socket = client();
  const { seqs } = collect(socket);
  const gap = once(socket, 'gap');
  await watch(socket, { sessions: ['t1-s'], after: { 't1-s': 0 } });
  expect(await gap).toEqual({ sessionId: 't1-s', from: 1, to: 5_001 });
  realtime.publish([log.append('t1-s')]);
  await eventually(() => seqs('t1-s')).toEqual([5_002]);
});

test('exactly 5,000 missed events are replayed', async () => {
  const { log, client } = await start();
  for (let n = 0; n < 5_000; n++) log.append('t1-s');
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-s'], after: { 't1-s': 0 } });
  await eventually(() => seqs('t1-s').length).toBe(5_000);
  expect(seqs('t1-s')).toEqual(upTo(5_000));
});

test('a client ahead of the database is told to load', async () => {
  const { log, client } = await start();
  log.append('t1-s');
  const socket = client();
  const gap = once(socket, 'gap');
  await watch(socket, { sessions: ['t1-s'], after: { 't1-s': 40 } });
  expect(await gap).toEqual({ sessionId: 't1-s', from: 1, to: 1 });
});

test('what the actor may not read is denied and never arrives', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { seen } = collect(socket);
  const answer = await watch(socket, { sessions: ['t2-secret', 't1-s'], team: true });
  expect(answer.denied).toEqual(['t2-secret']);
  realtime.publish([log.append('t2-secret', 't2')]);
  realtime.publish([log.append('t1-s')]);
  await eventually(() => seen.length).toBeGreaterThanOrEqual(2);
  expect(seen.every((event) => event.sessionId === 't1-s')).toBe(true);
});

test('a malformed watch is refused with a sentence', async () => {
  const { client } = await start();
  const socket = client();
  expect(await watch(socket, { sessions: 'all' })).toMatchObject({ ok: false, error: { code: 'INVALID' } });
  expect(await watch(socket, { after: { a: -1 } })).toMatchObject({ ok: false, error: { code: 'INVALID' } });
});

test('a failing database refuses the watch and the next one works', async () => {
  let broken = true;
  const { log, client, realtime } = await start({
    mayRead: async (_actor, id) => {
      if (broken) throw new Error('connection lost');
      return { id, lastSeq: 0 };
    },
  });
  const socket = client();
  const { seqs } = collect(socket);
  expect(await watch(socket, { sessions: ['t1-s'] })).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  broken = false;
  expect(await watch(socket, { sessions: ['t1-s'] })).toMatchObject({ ok: true });
  realtime.publish([log.append('t1-s')]);
  await eventually(() => seqs('t1-s')).toEqual([1]);
});

test('a read that fails in the middle of a replay is repeated', async () => {
  let reads = 0;
  const broken = createLog();
  const { log, client } = await start({
    readEvents: async (id, after, limit) => {
      reads += 1;
      if (reads === 2) throw new Error('connection lost');
      return log.events.filter((event) => event.sessionId === id && (event.seq ?? 0) > after).slice(0, limit);
    },
    teamHead: broken.teamHead,
  });
  for (let n = 0; n < 900; n++) log.append('t1-s');
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-s'], after: { 't1-s': 0 } });
  await eventually(() => seqs('t1-s').length).toBe(900);
  expect(seqs('t1-s')).toEqual(upTo(900));
});

test('events told twice, or after a hole in the publishing, arrive once and whole', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-s'] });
  const [one, two, three, four] = [log.append('t1-s'), log.append('t1-s'), log.append('t1-s'), log.append('t1-s')];
  realtime.publish([one]);
  realtime.publish([one, two]);
  realtime.publish([four]);
  realtime.publish([three, four]);
  await eventually(() => seqs('t1-s').length).toBe(4);
  expect(seqs('t1-s')).toEqual([1, 2, 3, 4]);
});

test('after `unwatch` nothing comes any more', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-a', 't1-b'] });
  await socket.emitWithAck('unwatch', { sessions: ['t1-a'] });
  realtime.publish([log.append('t1-a')]);
  realtime.publish([log.append('t1-b')]);
  await eventually(() => seqs('t1-b')).toEqual([1]);
  expect(seqs('t1-a')).toEqual([]);
});

test('the first event goes at once and what follows within 100 ms goes together', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { batches } = collect(socket);
  await watch(socket, { sessions: ['t1-s'] });
  // Until the reader stands, what is published is replayed rather than handed on.
  await pause();
  await pause();
  for (let n = 0; n < 50; n++) realtime.publish([log.append('t1-s')]);
  await eventually(() => batches.flat().length).toBe(50);
  expect(batches[0]?.length).toBe(1);
  expect(batches.length).toBeLessThanOrEqual(5);
});

test('the team feed follows the cursor and waits for what an open transaction still hides', async () => {
  const { log, realtime, client } = await start();
  const first = log.append('t1-a');
  const socket = client();
  const { seen } = collect(socket);
  const answer = await watch(socket, { team: true, after: { team: 0 } });
  expect(answer.team).toBe(first.cursor);
  await eventually(() => seen.map((event) => event.cursor)).toEqual([first.cursor]);
  const slow = log.append('t1-b');
  log.hideFrom(slow.cursor);
  const quick = log.append('t1-c');
  realtime.publish([quick]);
  await pause();
  log.hideFrom(Number.POSITIVE_INFINITY);
  realtime.publish([slow]);
  await eventually(() => seen.length).toBe(3);
  expect(seen.map((event) => event.cursor)).toEqual([first.cursor, slow.cursor, quick.cursor]);
});

test('a hidden event is found even when nothing is published after it', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { seen } = collect(socket);
  await watch(socket, { team: true });
  const event = log.append('t1-a');
  log.hideFrom(event.cursor);
  realtime.publish([event]);
  await pause();
  log.hideFrom(Number.POSITIVE_INFINITY);
  await eventually(() => seen.map((one) => one.cursor)).toEqual([event.cursor]);
});

test('a changed role closes what is no longer allowed, and a dead login the connection', async () => {
  const { log, realtime, client, actors } = await start();
  const socket = client();
  const { seen } = collect(socket);
  await watch(socket, { sessions: ['t1-s'], team: true });
  actors.set('ada', { ...member, teamId: 't9' });
  const closed = once(socket, 'closed');
  await realtime.recheck('u1');
  expect(await closed).toEqual({ sessions: ['t1-s'], team: true });
  const identity = once(socket, 'identity');
  actors.set('ada', { ...member, teamId: 't9', role: 'viewer' });
  await realtime.recheck('u1');
  expect(await identity).toEqual({ ended: false });
  realtime.publish([log.append('t1-s')]);
  const left = once(socket, 'disconnect');
  const ended = once(socket, 'identity');
  actors.delete('ada');
  await realtime.recheck('u1');
  expect(await ended).toEqual({ ended: true });
  expect(await left).toBe('io server disconnect');
  expect(seen).toEqual([]);
});

test('watchers of a session see who watches with them, each person once', async () => {
  const { client, actors } = await start();
  actors.set('bob', { ...member, id: 'u2', name: 'Bob' });
  const ada = client();
  await watch(ada, { sessions: ['t1-s'] });
  const told: unknown[] = [];
  ada.on('presence', (presence) => told.push(presence));
  const again = client('ada');
  await watch(again, { sessions: ['t1-s'] });
  const bob = client('bob');
  await watch(bob, { sessions: ['t1-s'] });
  const both = {
    sessionId: 't1-s',
    watchers: [
      { id: 'u1', name: 'Ada' },
      { id: 'u2', name: 'Bob' },
    ],
  };
  await eventually(() => told.at(-1)).toEqual(both);
  bob.disconnect();
  await eventually(() => told.at(-1)).toEqual({ sessionId: 't1-s', watchers: [{ id: 'u1', name: 'Ada' }] });
});

test('streamed text reaches the watchers of its session only', async () => {
  const { realtime, client } = await start();
  const [near, far] = [client(), client()];
  await watch(near, { sessions: ['t1-s'] });
  await watch(far, { sessions: ['t1-other'] });
  const heard: { near: string; far: string } = { near: '', far: '' };
  near.on('output', (delta: { text: string }) => {
    heard.near += delta.text;
  });
  far.on('output', (delta: { text: string }) => {
    heard.far += delta.text;
  });
  for (const text of ['Build', 'ing ', 'it']) {
    realtime.output({ sessionId: 't1-s', teamId: 't1', taskId: 'k', attemptId: 'a', partId: 'p', text });
  }
  await eventually(() => heard.near).toBe('Building it');
  expect(heard.far).toBe('');
});

test('every client hears that the server is well', async () => {
  const { client } = await start({ health: () => ({ ready: true }) });
  expect(await once(client(), 'health')).toMatchObject({ ready: true, at: expect.any(String) });
});

test('server-sent streams are nudged with the newest position of their feed', async () => {
  const { log, realtime } = await start();
  const heads: number[] = [];
  const stop = realtime.subscribe({ sessionId: 't1-s' }, (head) => heads.push(head));
  const team: number[] = [];
  realtime.subscribe({ teamId: 't1' }, (head) => team.push(head));
  realtime.publish([log.append('t1-s'), log.append('t1-s')]);
  stop();
  realtime.publish([log.append('t1-s')]);
  expect(heads).toEqual([2]);
  expect(team).toEqual([6, 9]);
});

test('a client that stops reading loses nothing and the server keeps nothing for it', async () => {
  const { log, realtime, client } = await start();
  const socket = client();
  const { seqs } = collect(socket);
  await watch(socket, { sessions: ['t1-s'] });
  const raw = rawSocketOf(socket);
  raw.pause();
  // About 40 MB, far more than the buffers between the two ends hold.
  const text = 'x'.repeat(20_000);
  for (let n = 0; n < 2_000; n++) {
    const event = log.append('t1-s');
    Object.assign(event, { payload: { text } });
    realtime.publish([event]);
    if (n % 100 === 0) await pause();
  }
  raw.resume();
  await eventually(() => seqs('t1-s').length).toBe(2_000);
  expect(seqs('t1-s')).toEqual(upTo(2_000));
});

function rawSocketOf(socket: Socket): { pause(): void; resume(): void } {
  const { ws } = socket.io.engine.transport as unknown as { ws: { _socket?: { pause(): void; resume(): void } } };
  if (!ws._socket) throw new Error('The client has no raw socket.');
  return ws._socket;
}

test('reconnects in mid-stream with publishing in every order lose and double nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          do: fc.constantFrom('append', 'append', 'append', 'append', 'drop', 'rewatch', 'breathe'),
          session: fc.constantFrom('t1-a', 't1-b'),
          tell: fc.constantFrom('now', 'late', 'twice', 'never'),
        }),
        { minLength: 10, maxLength: 60 },
      ),
      async (steps) => {
        const { log, realtime, client } = await start();
        const socket = client();
        const ids = ['t1-a', 't1-b'];
        const got = new Map<string, number[]>(ids.map((id) => [id, []]));
        const lastOf = (id: string) => got.get(id)?.at(-1) ?? 0;
        // As the page does it: a seq that was seen is dropped, everything else must follow directly.
        socket.on('events', (batch: WireEvent[]) => {
          for (const { sessionId, seq } of batch) {
            if (sessionId !== null && seq !== null && seq > lastOf(sessionId)) got.get(sessionId)?.push(seq);
          }
        });
        const rewatch = () => {
          if (socket.connected)
            socket.emit('watch', { sessions: ids, after: Object.fromEntries(ids.map((id) => [id, lastOf(id)])) });
        };
        socket.on('connect', rewatch);
        await once(socket, 'connect');
        const late: TimelineEvent[] = [];
        for (const step of steps) {
          if (step.do === 'append') {
            const event = log.append(step.session);
            if (step.tell === 'now') realtime.publish([event]);
            if (step.tell === 'twice') realtime.publish([event, event]);
            if (step.tell === 'late') late.push(event);
          } else if (step.do === 'drop') {
            // Closed while it opens, the client waits 20 s before it tries again.
            if (socket.connected) socket.io.engine.close();
          } else if (step.do === 'rewatch') rewatch();
          else await pause();
        }
        realtime.publish(late);
        // The outbox tells everything at least once in the end.
        realtime.publish(log.events);
        for (const id of ids) {
          await eventually(() => got.get(id)?.length).toBe(log.lastSeq(id));
          expect(got.get(id)).toEqual(upTo(log.lastSeq(id)));
        }
        socket.disconnect();
        realtime.close();
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
