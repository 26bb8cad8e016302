import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAttempt, addSession, addTask, makeWorld, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { Amounts } from '../../domain/budget.ts';
import type { Budget, Session } from '../../domain/session.ts';

const nothing = { tokens: 0, costUsd: 0, attempts: 0, seconds: 0 };
const wish = (tokens: number, over: Partial<Amounts> = {}): Amounts => ({ ...nothing, tokens, attempts: 1, ...over });

describe.each(['pglite', 'postgres'] as const)('budgets on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  beforeEach(async () => {
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const session = (budget: Budget | null, parentId: string | null = null) =>
    addSession(store, world, { budget, parentId });
  const attempts = async (of: Session, number: number) => {
    const task = await addTask(store, of);
    const made = [];
    for (let n = 1; n <= number; n += 1) made.push((await addAttempt(store, world, of, task, n)).id);
    return made;
  };
  const one = async (of: Session) => {
    const [id] = await attempts(of, 1);
    return id ?? '';
  };
  const capTeam = (tokens: number) =>
    opened.database.db.execute(sql`update teams set tokens_per_month = ${tokens} where id = ${world.team.id}::uuid`);
  const month = async (team = world.team.id) =>
    store.budgets.teamMonth(team, (await store.now()).toISOString().slice(0, 7));
  const call = (of: Session, attemptId: string, tokens: number, costUsd: number | null = 0) =>
    store.modelCalls.record({
      teamId: of.teamId,
      sessionId: of.id,
      attemptId,
      provider: 'p',
      model: 'm',
      inputTokens: tokens,
      outputTokens: 0,
      reasoningTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd,
      latencyMs: 1,
      status: 200,
      errorClass: null,
    });

  test('a session has its account below its parent, and that below the month of the team', async () => {
    const parent = await session({ tokens: 1000, costUsd: 2, attempts: 5, wallSeconds: 60 });
    const child = await session(null, parent.id);
    const account = await store.budgets.accountOf(child.id);
    expect(account).toMatchObject({
      kind: 'session',
      sessionId: child.id,
      month: null,
      reserved: nothing,
      spent: nothing,
    });
    expect(account.caps).toEqual({ tokens: null, costUsd: null, attempts: null, seconds: null });
    const chain = await store.budgets.chain(account.id);
    expect(chain.map((part) => part.sessionId)).toEqual([child.id, parent.id, null]);
    expect(chain[1]?.caps).toEqual({ tokens: 1000, costUsd: 2, attempts: 5, seconds: 60 });
    expect(chain[2]).toEqual(await month());
    expect(chain[2]).toMatchObject({ kind: 'team_month', caps: { tokens: 1_000_000, costUsd: null }, parentId: null });
    expect(await store.budgets.accountOf(child.id)).toEqual(account);
    await expect(store.budgets.accountOf(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.budgets.chain('nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.budgets.teamMonth(world.team.id, 'november')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(store.budgets.teamMonth(randomUUID(), '2026-11')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a draw is cut down to the least that is left anywhere, and counted everywhere', async () => {
    const parent = await session({ tokens: 500, costUsd: 1 });
    const child = await session({ tokens: 900 }, parent.id);
    const attemptId = await one(child);
    const drawn = await store.budgets.reserve(child.id, attemptId, wish(800, { costUsd: 3, seconds: 12.5 }));
    const reserved = { tokens: 500, costUsd: 1, attempts: 1, seconds: 12.5 };
    const { id: accountId } = await store.budgets.accountOf(child.id);
    expect(drawn).toMatchObject({ entry: { accountId, attemptId, reserved, settled: null, settledAt: null } });
    for (const account of await store.budgets.chain(accountId))
      expect(account).toMatchObject({ reserved, spent: nothing });
    expect(await store.budgets.entryOf(attemptId)).toEqual('entry' in drawn && drawn.entry);
    expect(await store.budgets.openOf(child.id)).toHaveLength(1);
    expect(await store.budgets.openOf(parent.id)).toEqual([]);

    const next = await store.budgets.reserve(parent.id, await one(parent), wish(1));
    expect(next).toMatchObject({ shortage: { what: 'tokens', account: { sessionId: parent.id, reserved } } });
    expect((await month()).reserved).toEqual(reserved);

    await store.budgets.settle(attemptId, { tokens: 120, costUsd: 0.3, attempts: 1, seconds: 9 });
    await store.budgets.settle(attemptId, { tokens: 9999, costUsd: 9, attempts: 1, seconds: 9 });
    const spent = { tokens: 120, costUsd: 0.3, attempts: 1, seconds: 9 };
    for (const account of await store.budgets.chain(accountId))
      expect(account).toMatchObject({ reserved: nothing, spent });
    expect(await store.budgets.entryOf(attemptId)).toMatchObject({
      reserved,
      settled: spent,
      settledAt: expect.any(Date),
    });
    expect(await store.budgets.openOf(child.id)).toEqual([]);
    await expect(store.budgets.reserve(child.id, attemptId, wish(1))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store.budgets.extend(attemptId, { tokens: 1, costUsd: 0 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('attempts and seconds fit or do not, and what is not wished for is never short', async () => {
    const tight = await session({ attempts: 1, wallSeconds: 10, tokens: 100 });
    const [first = '', second = '', third = ''] = await attempts(tight, 3);
    expect(await store.budgets.reserve(tight.id, first, wish(10, { seconds: 11 }))).toMatchObject({
      shortage: { what: 'seconds' },
    });
    expect(await store.budgets.entryOf(first)).toBeNull();
    expect(await store.budgets.reserve(tight.id, first, wish(100, { seconds: 10 }))).toHaveProperty('entry');
    expect(await store.budgets.reserve(tight.id, second, wish(0))).toMatchObject({ shortage: { what: 'attempts' } });
    expect(await store.budgets.reserve(tight.id, third, nothing)).toMatchObject({ entry: { reserved: nothing } });
  });

  test('an unknown price is unknown in every sum, and a spent cost cap stops it', async () => {
    const capped = await session({ costUsd: 0.3 });
    const [unpriced = '', priced = '', late = ''] = await attempts(capped, 3);
    await store.budgets.reserve(capped.id, unpriced, wish(10, { costUsd: null }));
    expect(await store.budgets.entryOf(unpriced)).toMatchObject({ reserved: { tokens: 10, costUsd: null } });
    expect((await store.budgets.accountOf(capped.id)).reserved).toMatchObject({ tokens: 10, costUsd: null });
    await store.budgets.reserve(capped.id, priced, wish(10, { costUsd: 0.1 }));
    expect(await store.budgets.extend(unpriced, { tokens: 5, costUsd: 1 })).toMatchObject({
      entry: { reserved: { tokens: 15, costUsd: null } },
    });
    await store.budgets.settle(unpriced, { tokens: 7, costUsd: null, attempts: 0, seconds: 1 });
    expect(await store.budgets.accountOf(capped.id)).toMatchObject({
      reserved: { tokens: 10, costUsd: 0.1 },
      spent: { tokens: 7, costUsd: null, attempts: 0 },
    });
    expect(await store.budgets.entryOf(unpriced)).toMatchObject({ settled: { costUsd: null, attempts: 0 } });
    await store.budgets.extend(priced, { tokens: 0, costUsd: 0.2 });
    expect(await store.budgets.reserve(capped.id, late, wish(1, { costUsd: null }))).toMatchObject({
      shortage: { what: 'costUsd' },
    });
  });

  test('an open draw is raised by what is left, then refused', async () => {
    const parent = await session({ tokens: 100 });
    const child = await session(null, parent.id);
    const attemptId = await one(child);
    await store.budgets.reserve(child.id, attemptId, wish(40));
    expect(await store.budgets.extend(attemptId, { tokens: 25, costUsd: 0.5 })).toMatchObject({
      entry: { reserved: { tokens: 65, costUsd: 0.5, attempts: 1 } },
    });
    expect(await store.budgets.extend(attemptId, { tokens: 50, costUsd: 0 })).toMatchObject({
      entry: { reserved: { tokens: 100 } },
    });
    expect(await store.budgets.extend(attemptId, { tokens: 1, costUsd: 0 })).toMatchObject({
      shortage: { what: 'tokens', account: { sessionId: parent.id } },
    });
    expect((await month()).reserved.tokens).toBe(100);
    await expect(store.budgets.extend(randomUUID(), { tokens: 1, costUsd: 0 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await store.budgets.settle(randomUUID(), nothing);
  });

  test('a run that rests keeps no more than it used, all the way up, and draws anew when it goes on', async () => {
    await capTeam(100);
    const resting = await session({ costUsd: 2 });
    const attemptId = await one(resting);
    await store.budgets.reserve(resting.id, attemptId, wish(100, { costUsd: 1 }));
    await store.budgets.giveBack(attemptId, { tokens: 30, costUsd: 0.25 });
    const held = { tokens: 30, costUsd: 0.25, attempts: 1 };
    expect(await store.budgets.entryOf(attemptId)).toMatchObject({ reserved: held, settled: null });
    expect((await store.budgets.accountOf(resting.id)).reserved).toMatchObject(held);
    expect((await month()).reserved).toMatchObject(held);
    const other = await session(null);
    expect(await store.budgets.reserve(other.id, await one(other), wish(50))).toMatchObject({
      entry: { reserved: { tokens: 50 } },
    });
    // Used beyond the draw: there is nothing to give.
    await store.budgets.giveBack(attemptId, { tokens: 40, costUsd: null });
    expect(await store.budgets.entryOf(attemptId)).toMatchObject({ reserved: held });
    expect(await store.budgets.extend(attemptId, { tokens: 50, costUsd: 0 })).toMatchObject({
      entry: { reserved: { tokens: 50 } },
    });
    await store.budgets.settle(attemptId, { tokens: 40, costUsd: 0.3, attempts: 1, seconds: 1 });
    await store.budgets.giveBack(attemptId, { tokens: 0, costUsd: 0 });
    expect((await store.budgets.accountOf(resting.id)).reserved).toEqual(nothing);
  });

  test('a run that goes on after a pause keeps what it drew', async () => {
    const paused = await session({ tokens: 100, attempts: 1 });
    const attemptId = await one(paused);
    const before = await store.budgets.reserve(paused.id, attemptId, wish(60));
    expect(await store.budgets.reserve(paused.id, attemptId, wish(100))).toEqual(before);
    expect((await store.budgets.accountOf(paused.id)).reserved).toMatchObject({ tokens: 60, attempts: 1 });
  });

  test('caps follow the session and the team', async () => {
    const growing = await session({ tokens: 10 });
    const attemptId = await one(growing);
    await store.budgets.reserve(growing.id, attemptId, wish(50));
    await store.sessions.update(growing.id, { budget: { tokens: 30, costUsd: 1 } }, {});
    expect(await store.budgets.accountOf(growing.id)).toMatchObject({
      caps: { tokens: 30, costUsd: 1 },
      reserved: { tokens: 10 },
    });
    await store.sessions.update(growing.id, { budget: { tokens: 5 } }, {});
    expect(await store.budgets.reserve(growing.id, await one(growing), wish(1))).toMatchObject({
      shortage: { what: 'tokens', account: { caps: { tokens: 5, costUsd: null } } },
    });
    await store.sessions.update(growing.id, { budget: null }, {});
    await capTeam(25);
    expect(await store.budgets.extend(attemptId, { tokens: 100, costUsd: 0 })).toMatchObject({
      entry: { reserved: { tokens: 25 } },
    });
    expect((await month()).caps.tokens).toBe(25);
    await capTeam(26);
    expect((await month()).caps.tokens).toBe(26);
  });

  test('what was metered before an account existed is spent of it, but not what is still drawn', async () => {
    const older = await session(null);
    const [before = '', drawn = ''] = await attempts(older, 2);
    await call(older, before, 700, 0.5);
    await call(older, before, 300, 0.25);
    await call(older, before, 50, 0.25);
    await opened.database.db.execute(
      sql`update model_calls set at = at - interval '32 days' where attempt_id = ${before}::uuid and input_tokens = 50`,
    );
    expect((await month()).spent).toMatchObject({
      tokens: 1000,
      costUsd: 0.75,
      attempts: 1,
      seconds: expect.any(Number),
    });
    await store.budgets.reserve(older.id, drawn, wish(500));
    expect((await store.budgets.accountOf(older.id)).spent).toMatchObject({ tokens: 1050, costUsd: 1, attempts: 1 });
    await call(older, drawn, 400, null);
    // As if the month had turned: its account is made anew while the draw is open, and takes the draw over.
    await opened.database.db.execute(
      sql`update budget_accounts set month = '2000-01' where team_id = ${world.team.id}::uuid and kind = 'team_month'`,
    );
    await store.budgets.settle(drawn, { tokens: 400, costUsd: null, attempts: 1, seconds: 3 });
    expect(await month()).toMatchObject({ reserved: nothing, spent: { tokens: 1400, costUsd: null, attempts: 2 } });
    expect(await store.budgets.teamMonth(world.team.id, '2000-01')).toMatchObject({
      reserved: nothing,
      spent: { tokens: 1000 },
    });
  });

  test('twenty who draw at once on one pot never get more than it holds', async () => {
    const parent = await session({ tokens: 1000, attempts: 15 });
    const children = await Promise.all([1, 2, 3, 4].map(() => session(null, parent.id)));
    const draws = [];
    for (const child of children) for (const id of await attempts(child, 5)) draws.push({ child, id });
    const results = await Promise.all(
      draws.map(({ child, id }) => store.transaction((tx) => tx.budgets.reserve(child.id, id, wish(90)))),
    );
    const got = results.flatMap((result) => ('entry' in result ? [result.entry.reserved.tokens] : []));
    expect(got.sort((a, b) => a - b)).toEqual([10, ...Array.from({ length: 11 }, () => 90)]);
    expect(results.filter((result) => 'shortage' in result && result.shortage.what === 'tokens')).toHaveLength(8);
    expect((await store.budgets.accountOf(parent.id)).reserved).toMatchObject({ tokens: 1000, attempts: 12 });
    expect((await month()).reserved.tokens).toBe(1000);
  });

  test('twenty sessions that draw at once on a team without accounts share one month', async () => {
    await capTeam(1000);
    const all = await Promise.all(Array.from({ length: 20 }, () => session(null)));
    const draws = [];
    for (const of of all) draws.push({ of, id: await one(of) });
    const results = await Promise.all(draws.map(({ of, id }) => store.budgets.reserve(of.id, id, wish(90))));
    expect(results.filter((result) => 'entry' in result)).toHaveLength(12);
    expect(await month()).toMatchObject({ reserved: { tokens: 1000, attempts: 12 }, spent: { tokens: 0 } });
    await Promise.all(
      draws.flatMap(({ id }) => [1, 2].map(() => store.budgets.settle(id, { ...nothing, tokens: 50, attempts: 1 }))),
    );
    expect(await month()).toMatchObject({ reserved: nothing, spent: { tokens: 600, attempts: 12 } });
  });

  test('draws, raises and settlements that cross keep the sums of their entries', async () => {
    const parent = await session({ tokens: 5000 });
    const child = await session({ tokens: 3000 }, parent.id);
    const ids = [...(await attempts(parent, 6)), ...(await attempts(child, 6))];
    await Promise.all(
      ids.map(async (id, n) => {
        const drawn = await store.budgets.reserve(n < 6 ? parent.id : child.id, id, wish(100, { costUsd: 0.1 }));
        if ('shortage' in drawn) return;
        await store.budgets.extend(id, { tokens: 10 * n, costUsd: 0.01 });
        if (n % 2 === 0) await store.budgets.settle(id, { tokens: n, costUsd: 0.02, attempts: 1, seconds: n });
      }),
    );
    const entries = await Promise.all(ids.map((id) => store.budgets.entryOf(id)));
    const open = entries.filter((entry) => entry?.settled === null);
    const sum = (numbers: readonly (number | null | undefined)[]) =>
      Math.round(numbers.reduce<number>((total, number) => total + (number ?? 0), 0) * 1e6) / 1e6;
    expect(await month()).toMatchObject({
      reserved: {
        tokens: sum(open.map((entry) => entry?.reserved.tokens)),
        costUsd: sum(open.map((entry) => entry?.reserved.costUsd)),
        attempts: 6,
      },
      spent: { tokens: 30, costUsd: 0.12, attempts: 6, seconds: 30 },
    });
    const { id } = await store.budgets.accountOf(child.id);
    const own = open.filter((entry) => entry?.accountId === id);
    expect((await store.budgets.accountOf(child.id)).reserved.tokens).toBe(
      sum(own.map((entry) => entry?.reserved.tokens)),
    );
  });
});
