import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addRunning, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { EventInput } from '../../application/record-port.ts';
import type { Store } from '../../application/store-port.ts';
import type { Session } from '../../domain/session.ts';

const note = (n: number | string, dedupe?: string): EventInput => ({
  type: 'attempt.output',
  payload: { n },
  actor: system,
  dedupe,
});

describe.each(['pglite', 'postgres'] as const)('what many sessions tell at once, on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const several = (count: number) => Promise.all(Array.from({ length: count }, () => addRunning(store, world)));
  const told = async ({ id }: Session) => {
    const events = await store.events.list(id, { after: 0, limit: 5_000 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1));
    expect((await store.sessions.byId(id))?.lastSeq).toBe(events.length);
    return events.filter(({ type }) => type === 'attempt.output').map(({ payload }) => payload.n ?? payload.blob);
  };
  const collect = ({ id, epoch }: Session, ...events: EventInput[]) => store.events.collect(id, events, { epoch });

  test('shares transactions, keeps the order inside a session, and is stored before anybody is told', async () => {
    const sessions = await several(8);
    let heard: Promise<unknown[]> = Promise.resolve([]);
    const stop = store.onCommit(() => {
      heard = store.events.list(sessions[0]?.id ?? '', { after: 0, types: ['attempt.output'], limit: 1 });
    });
    const works = [];
    for (let n = 0; n < 25; n += 1) for (const one of sessions) works.push(collect(one, note(n), note(`${n}'`)));
    await Promise.all(works);
    stop();
    expect(await heard).toHaveLength(1);
    const wanted = Array.from({ length: 25 }, (_, n) => [n, `${n}'`]).flat();
    for (const one of sessions) expect(await told(one)).toEqual(wanted);
    const ids = sessions.map(({ id }) => sql`${id}::uuid`);
    const shared = await opened.database.db.$count(
      sql`(select distinct xid::text from events where type = 'attempt.output' and session_id in (${sql.join(ids, sql`, `)})) x`,
    );
    expect(shared).toBeLessThan(20);
    expect(await store.outbox.size()).toBeGreaterThanOrEqual(400);
  });

  test('a known fact is left out, told before or beside, and a long text is kept whole beside the row', async () => {
    const [one, two] = (await several(2)) as [Session, Session];
    await collect(one, note('known', 'k'));
    const long: EventInput = { ...note('long'), payload: { text: 'x'.repeat(100_000) } };
    await Promise.all([
      collect(one, note('again', 'k'), note('new', 'n'), note('twice', 'n')),
      collect(two, note('other', 'k')),
      collect(one, note('third', 'n'), note('last')),
      collect(two, long),
    ]);
    expect(await told(one)).toEqual(['known', 'new', 'last']);
    const [other, hash] = await told(two);
    expect(other).toBe('other');
    expect(await store.blobs.get(world.team.id, String(hash))).toContain('x'.repeat(100_000));
  });

  test('one that is fenced, gone or wrong fails alone', async () => {
    const [good, fenced, better] = (await several(3)) as [Session, Session, Session];
    const results = await Promise.allSettled([
      collect(good, note(1)),
      collect({ ...fenced, epoch: fenced.epoch - 1 }, note('late')),
      collect({ ...fenced, id: randomUUID() }, note('nowhere')),
      collect(better, note(2)),
    ]);
    expect(results.map((one) => (one.status === 'rejected' ? one.reason.code : 'stored'))).toEqual([
      'stored',
      'CONFLICT',
      'NOT_FOUND',
      'stored',
    ]);
    const wrong = { ...note('wrong'), type: null } as unknown as EventInput;
    const again = await Promise.allSettled([collect(good, note(3)), collect(fenced, wrong), collect(better, note(4))]);
    expect(again.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([await told(good), await told(fenced), await told(better)]).toEqual([[1, 3], [], [2, 4]]);
    await expect(store.transaction(() => collect(good, note(5)))).rejects.toThrow('inside a transaction');
    await store.transaction((tx) => tx.events.collect(good.id, [note(6)], { epoch: good.epoch }));
    expect(await told(good)).toEqual([1, 3, 6]);
  });

  // PGlite has one connection: there nobody else can hold a row, or a write up.
  if (kind === 'postgres')
    test('a session that is held, or a write that hangs, holds nobody else up', async () => {
      const [held, free, third] = (await several(3)) as [Session, Session, Session];
      let late: Promise<void> = Promise.resolve();
      const { db } = opened.database;
      await db.transaction(async (tx) => {
        await tx.execute(sql`select 1 from sessions where id = ${held.id}::uuid for no key update`);
        late = collect(held, note('late'));
        await collect(free, note('soon'));
        await collect(third, note('soon'));
        expect(await told(free)).toEqual(['soon']);
      });
      await late;
      expect(await told(held)).toEqual(['late']);
      let hanging: Promise<void>[] = [];
      await db.transaction(async (tx) => {
        await tx.execute(sql`lock table outbox in exclusive mode`);
        const writes = async () => {
          const rows: unknown = await tx.execute(sql`select count(*)::int as number from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`);
          return (rows as { number: number }[])[0]?.number ?? 0;
        };
        hanging = [collect(free, note('first'))];
        while ((await writes()) < 1);
        hanging.push(collect(third, note('second')));
        const began = performance.now();
        while ((await writes()) < 2);
        // Twenty milliseconds of patience; the rest is the load of the machine.
        expect(performance.now() - began).toBeLessThan(10_000);
      });
      await Promise.all(hanging);
    });
});
