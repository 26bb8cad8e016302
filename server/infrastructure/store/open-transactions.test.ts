// PGlite has one connection, so only a server ever has two transactions open at once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSession, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';

let opened: TestStore;
let store: Store;
let world: World;

beforeAll(async () => {
  opened = await openTestStore('postgres');
  store = opened.store;
  world = await makeWorld(store);
});
afterAll(() => opened.close());

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const note = (text: string) => [{ type: 'comment.created' as const, payload: { text }, actor: system }];

test('the team feed stops before a transaction that is still open', async () => {
  const early = await addSession(store, world);
  const late = await addSession(store, world);
  const feed = async () =>
    (await store.events.team(world.team.id, { after: 0, limit: 10 })).map((event) => event.payload.text);
  const [began, goOn] = [gate(), gate()];
  const slow = store.transaction(async (tx) => {
    await tx.events.append(early.id, note('early'));
    began.open();
    await goOn.opened;
  });
  await began.opened;
  await store.events.append(late.id, note('late'));
  expect(await feed()).toEqual([]);
  goOn.open();
  await slow;
  await expect.poll(feed, { timeout: 20_000 }).toEqual(['early', 'late']);
});

test('two transactions that cross are both done in the end', async () => {
  const a = await addSession(store, world);
  const b = await addSession(store, world);
  const gates = { a: gate(), b: gate() };
  const cross = (first: string, second: string, mine: keyof typeof gates, theirs: keyof typeof gates) =>
    store.transaction(async (tx) => {
      await tx.sessions.lock(first);
      gates[mine].open();
      await gates[theirs].opened;
      await tx.sessions.lock(second);
      await tx.events.append(second, note('crossed'));
    });
  await Promise.all([cross(a.id, b.id, 'a', 'b'), cross(b.id, a.id, 'b', 'a')]);
  expect((await store.sessions.byId(a.id))?.lastSeq).toBe(1);
  expect((await store.sessions.byId(b.id))?.lastSeq).toBe(1);
});

test('a guard is judged by the row as it is once the lock is given', async () => {
  const session = await addSession(store, world);
  const [began, goOn] = [gate(), gate()];
  const first = store.transaction(async (tx) => {
    await tx.sessions.move({ sessionId: session.id, to: 'queued', guard: {}, reason: 'first', actor: system });
    began.open();
    await goOn.opened;
  });
  await began.opened;
  const guard = { version: session.version, status: ['pending' as const] };
  const second = store.sessions.move({
    sessionId: session.id,
    to: 'cancelled',
    guard,
    reason: 'second',
    actor: system,
  });
  const third = store.events.append(session.id, note('third'));
  // Both wait for the first one's row lock now, with snapshots from before its commit.
  const refused = expect(second).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect.poll(() => waiting(), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  goOn.open();
  await first;
  await refused;
  expect(await third).toMatchObject([{ seq: 2 }]);
  expect(await store.sessions.byId(session.id)).toMatchObject({ status: 'queued', version: 2, lastSeq: 2 });
});

async function waiting(): Promise<number> {
  const rows: unknown = await opened.database.db.execute(
    `select count(*)::int as number from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return Array.isArray(rows) ? Number(rows[0]?.number) : 0;
}
