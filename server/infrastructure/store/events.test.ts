import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addRunning, addSession, addTask, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { EventInput } from '../../application/record-port.ts';
import type { Store } from '../../application/store-port.ts';

const note = (n: number | string, dedupe?: string): EventInput => ({
  type: 'attempt.output',
  payload: { n },
  actor: system,
  dedupe,
});

describe.each(['pglite', 'postgres'] as const)('events on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const seqs = async (sessionId: string) =>
    (await store.events.list(sessionId, { after: 0, limit: 5000 })).map((event) => event.seq);
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  test('appends take the next seqs in order and come back as stored', async () => {
    const { id } = await addSession(store, world);
    const first = await store.events.append(id, [note('a'), note('b')]);
    const second = await store.events.append(id, [note('c')]);
    expect([...first, ...second].map((event) => [event.seq, event.payload.n])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(first[0]).toMatchObject({
      sessionId: id,
      teamId: world.team.id,
      actor: { kind: 'system', id: null, name: 'test' },
      v: 1,
    });
    expect(await store.events.list(id, { after: 0, limit: 10 })).toEqual([...first, ...second]);
    expect((first[0]?.cursor ?? 0) < (first[1]?.cursor ?? 0)).toBe(true);
    expect(await store.events.append(id, [])).toEqual([]);
    expect((await store.sessions.byId(id))?.lastSeq).toBe(3);
  });

  test('many writers on several sessions leave no gap and no double', async () => {
    const sessions = await Promise.all([1, 2, 3].map(() => addRunning(store, world)));
    const tasks = await Promise.all(sessions.map((session) => addTask(store, session)));
    const before = await Promise.all(sessions.map(async ({ id }) => (await store.sessions.byId(id))?.lastSeq ?? 0));
    const works: Promise<unknown>[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (const [place, session] of sessions.entries()) {
        works.push(store.events.append(session.id, [note(round), note(`${round}'`)]));
        works.push(store.transaction(async (tx) => tx.events.append(session.id, [note(`tx ${round}`)])));
        works.push(store.sessions.setAttention(session.id, round % 2 === 0 ? 'question' : 'none', system));
        if (round === 7)
          works.push(
            store.tasks.move({
              taskId: tasks[place]?.id ?? '',
              sessionId: session.id,
              from: ['pending'],
              to: 'ready',
              reason: null,
              actor: system,
            }),
          );
        if (round === 9)
          works.push(
            store.sessions.move({ sessionId: session.id, to: 'degraded', guard: {}, reason: 'test', actor: system }),
          );
      }
    }
    await Promise.all(works);
    for (const [place, session] of sessions.entries()) {
      const last = (await store.sessions.byId(session.id))?.lastSeq ?? 0;
      expect(last).toBeGreaterThanOrEqual((before[place] ?? 0) + 62);
      expect(await seqs(session.id)).toEqual(upTo(last));
    }
  });

  test('a fact told twice is stored once and takes no seq', async () => {
    const { id } = await addSession(store, world);
    expect(await store.events.append(id, [note(1, 'k1'), note(2, 'k1'), note(3)])).toHaveLength(2);
    expect(await store.events.append(id, [note(4, 'k1')])).toEqual([]);
    expect(await store.events.append(id, [note(5, 'k1'), note(6, 'k2')])).toMatchObject([
      { seq: 3, payload: { n: 6 } },
    ]);
    expect(await seqs(id)).toEqual([1, 2, 3]);
    const other = await addSession(store, world);
    expect(await store.events.append(other.id, [note(1, 'k1')])).toHaveLength(1);
  });

  test('the same fact from many callers at once is stored once, without a gap', async () => {
    const { id } = await addSession(store, world);
    const told = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const facts = [note(n, `fact ${n % 4}`), note(n)];
        return n % 2 === 0 ? store.events.append(id, facts) : store.transaction((tx) => tx.events.append(id, facts));
      }),
    );
    expect(told.flat()).toHaveLength(24 + 4);
    expect(await seqs(id)).toEqual(upTo(28));
  });

  test('a rollback stores nothing, tells nobody and gives its seqs back', async () => {
    const { id } = await addSession(store, world);
    let told = 0;
    const stop = store.onCommit(() => {
      told += 1;
    });
    const sizeBefore = await store.outbox.size();
    await expect(
      store.transaction(async (tx) => {
        await tx.events.append(id, [note(1)]);
        await tx.sessions.move({ sessionId: id, to: 'queued', guard: {}, reason: 'test', actor: system });
        throw new Error('change of mind');
      }),
    ).rejects.toThrow('change of mind');
    expect(told).toBe(0);
    expect(await seqs(id)).toEqual([]);
    expect(await store.outbox.size()).toBe(sizeBefore);
    expect(await store.sessions.byId(id)).toMatchObject({ status: 'pending', lastSeq: 0, version: 1 });
    await store.transaction(async (tx) => {
      await tx.events.append(id, [note(1)]);
      await tx.events.append(id, [note(2)]);
      expect(told).toBe(0);
    });
    expect(told).toBe(1);
    expect(await seqs(id)).toEqual([1, 2]);
    await store.events.append(id, [note(3)]);
    expect(told).toBe(2);
    stop();
    await store.events.append(id, [note(4)]);
    expect(told).toBe(2);
  });

  test('the fence holds for events, and an unknown session is NOT_FOUND', async () => {
    const session = await addRunning(store, world);
    await store.events.append(session.id, [note(1)], { epoch: session.epoch });
    await expect(store.events.append(session.id, [note(2)], { epoch: session.epoch - 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(store.events.append(world.team.id, [note(2)])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('lists page by seq in both directions and by type', async () => {
    const { id } = await addSession(store, world);
    await store.events.append(id, [note(1), { type: 'comment.created', payload: {}, actor: system }, note(3), note(4)]);
    const list = async (query: Parameters<Store['events']['list']>[1]) =>
      (await store.events.list(id, query)).map((event) => event.seq);
    expect(await list({ after: 1, limit: 2 })).toEqual([2, 3]);
    expect(await list({ after: 0, before: 4, limit: 2, newestFirst: true })).toEqual([3, 2]);
    expect(await list({ after: 0, types: ['attempt.output'], limit: 10 })).toEqual([1, 3, 4]);
  });

  test('a large payload is cut, and its whole text is kept beside', async () => {
    const { id } = await addSession(store, world);
    const output = `start ${'x'.repeat(100_000)} end`;
    const [event] = await store.events.append(id, [
      {
        type: 'attempt.tool_called',
        payload: { tool: 'bash', output, exitCode: 1, input: { command: 'npm test' } },
        actor: system,
      },
    ]);
    const payload = event?.payload ?? {};
    expect(payload).toMatchObject({
      tool: 'bash',
      exitCode: 1,
      input: { command: 'npm test' },
      blob: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(String(payload.output)).toMatch(/^start x.*… \d+ characters left out ….* end$/s);
    expect(JSON.stringify(payload).length).toBeLessThan(65_536);
    const whole = await store.blobs.get(world.team.id, String(payload.blob));
    expect(JSON.parse(whole ?? '')).toMatchObject({ output, exitCode: 1 });
    expect(await store.blobs.get((await makeWorld(store)).team.id, String(payload.blob))).toBeNull();
    const [many] = await store.events.append(id, [
      {
        type: 'attempt.output',
        payload: { taskId: 't', lines: Array.from({ length: 20_000 }, (_, n) => `line ${n}`) },
        actor: system,
      },
    ]);
    expect(many?.payload).toEqual({ taskId: 't', blob: expect.any(String) });
  });

  test('what no database can hold in a text becomes a mark', async () => {
    const { id } = await addSession(store, world);
    const [event] = await store.events.append(id, [
      {
        type: 'attempt.output',
        payload: { text: 'a\u0000b\ud800c', 'k\u0000': ["it's", '\\u0000', '"'] },
        actor: system,
      },
    ]);
    expect(event?.payload).toEqual({ text: 'a\uFFFDb\uFFFDc', 'k\uFFFD': ["it's", '\\u0000', '"'] });
  });

  test('the team feed holds sessions and team events in cursor order', async () => {
    const other = await makeWorld(store);
    const { id } = await addSession(store, other);
    await store.events.append(id, [note(1)]);
    const registered = await store.events.appendTeam(other.team.id, {
      type: 'agent.registered',
      payload: { agentId: 'a' },
      actor: system,
    });
    expect(registered).toMatchObject({ sessionId: null, seq: null, type: 'agent.registered' });
    // The feed waits for every transaction of the whole server that began before, other tests' too.
    const types = async () =>
      (await store.events.team(other.team.id, { after: 0, limit: 10 })).map((event) => event.type);
    await expect.poll(types, { timeout: 20_000 }).toEqual(['attempt.output', 'agent.registered']);
    const feed = await store.events.team(other.team.id, { after: 0, limit: 10 });
    expect(await store.events.team(other.team.id, { after: feed[0]?.cursor ?? 0, limit: 10 })).toEqual([feed[1]]);
    expect((await store.events.team(other.team.id, { after: 0, limit: 1, newestFirst: true }))[0]).toEqual(feed[1]);
  });

  test('the outbox gives each event until it is done with, oldest first', async () => {
    await drain(store);
    const { id } = await addSession(store, world);
    await store.events.append(id, [note(1), note(2), note(3)]);
    const first = await store.outbox.take(2);
    expect(first.events.map((event) => event.seq)).toEqual([1, 2]);
    expect(await store.outbox.take(2)).toEqual(first);
    await store.outbox.done(first.ids);
    const rest = await store.outbox.take(10);
    expect(rest.events.map((event) => event.seq)).toEqual([3]);
    await store.outbox.done(rest.ids);
    await store.outbox.done([]);
    expect(await store.outbox.size()).toBe(0);
  });

  test('with writers at work the outbox gives each session in seq order and loses nothing', async () => {
    await drain(store);
    const sessions = await Promise.all([1, 2, 3].map(() => addSession(store, world)));
    const seen = new Map(sessions.map(({ id }) => [id, [] as (number | null)[]]));
    let writing = true;
    const reader = (async () => {
      for (;;) {
        const last = !writing;
        const { ids, events } = await store.outbox.take(7);
        for (const event of events) seen.get(event.sessionId ?? '')?.push(event.seq);
        await store.outbox.done(ids);
        if (last && ids.length === 0) return;
      }
    })();
    await Promise.all(
      sessions.flatMap(({ id }) =>
        Array.from({ length: 15 }, (_, n) => store.transaction((tx) => tx.events.append(id, [note(n), note(n)]))),
      ),
    );
    writing = false;
    await reader;
    for (const { id } of sessions) expect(seen.get(id)).toEqual(upTo(30));
  });
});

async function drain(store: Store): Promise<void> {
  for (let ids = [0]; ids.length > 0; ) {
    ids = (await store.outbox.take(1000)).ids;
    await store.outbox.done(ids);
  }
}
