import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addSession, addTask, makeWorld } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';

const attemptsEach = 4;
const step = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    at: fc.nat(2 * attemptsEach - 1),
    tokens: fc.integer({ min: 1, max: 900 }),
    costUsd: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { freq: 4 }),
  }),
  fc.record({
    kind: fc.constant('extend' as const),
    at: fc.nat(2 * attemptsEach - 1),
    tokens: fc.integer({ min: 1, max: 900 }),
  }),
  fc.record({
    kind: fc.constant('rest' as const),
    at: fc.nat(2 * attemptsEach - 1),
    tokens: fc.integer({ min: 0, max: 900 }),
    costUsd: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { freq: 4 }),
  }),
  fc.record({
    kind: fc.constant('settle' as const),
    at: fc.nat(2 * attemptsEach - 1),
    tokens: fc.integer({ min: 0, max: 2_000 }),
    costUsd: fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { freq: 4 }),
  }),
  fc.record({ kind: fc.constant('cap' as const), tokens: fc.option(fc.integer({ min: 1, max: 3_000 })) }),
);

describe.each(['pglite', 'postgres'] as const)('the sums of the ledger, on %s', (kind) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore(kind);
  });
  afterAll(() => opened.close());

  test('whatever is drawn, raised, settled and capped in whatever order, each account holds what its open entries drew', async () => {
    const { store } = opened;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 12 }),
        async (rounds) => {
          const world = await makeWorld(store);
          const parent = await addSession(store, world, { budget: { tokens: 2_500, costUsd: 4 } });
          const child = await addSession(store, world, { budget: { tokens: 1_500 }, parentId: parent.id });
          const runs: { sessionId: string; id: string }[] = [];
          for (const session of [parent, child]) {
            const task = await addTask(store, session);
            for (let number = 1; number <= attemptsEach; number += 1)
              runs.push({ sessionId: session.id, id: (await addAttempt(store, world, session, task, number)).id });
          }
          const act = async (one: (typeof rounds)[number][number]) => {
            if (one.kind === 'cap')
              return store.sessions.update(
                parent.id,
                { budget: one.tokens === null ? null : { tokens: one.tokens } },
                {},
              );
            const run = runs[one.at];
            if (run === undefined) throw new Error('There is no such run');
            const { tokens } = one;
            switch (one.kind) {
              case 'reserve':
                return store.budgets.reserve(run.sessionId, run.id, {
                  tokens,
                  costUsd: one.costUsd,
                  attempts: 1,
                  seconds: 0,
                });
              case 'extend':
                return store.budgets.extend(run.id, { tokens, costUsd: 0.1 });
              case 'rest':
                return store.budgets.giveBack(run.id, { tokens, costUsd: one.costUsd });
              case 'settle':
                return store.budgets.settle(run.id, { tokens, costUsd: one.costUsd, attempts: 1, seconds: 2 });
            }
          };
          // A second draw after the end, and a raise of what is not open, are refused; nothing else may go wrong.
          for (const round of rounds)
            for (const result of await Promise.allSettled(round.map(act)))
              if (result.status === 'rejected') expect(['CONFLICT', 'NOT_FOUND']).toContain(result.reason.code);

          const own = await store.budgets.accountOf(child.id);
          for (const account of await store.budgets.chain(own.id)) {
            const mine = runs.filter(({ sessionId }) => account.sessionId !== child.id || sessionId === child.id);
            const entries = (await Promise.all(mine.map(({ id }) => store.budgets.entryOf(id)))).filter(
              (entry) => entry !== null,
            );
            const drawn = entries.filter(({ settled }) => settled === null).map(({ reserved }) => reserved);
            const spent = entries.flatMap(({ settled }) => (settled === null ? [] : [settled]));
            const sum = (parts: readonly (number | null)[]) =>
              parts.reduce<number>((total, part) => total + (part ?? 0), 0);
            expect(account.reserved.tokens).toBe(sum(drawn.map(({ tokens }) => tokens)));
            expect(account.reserved.attempts).toBe(drawn.length);
            expect(account.spent.tokens).toBe(sum(spent.map(({ tokens }) => tokens)));
            expect(account.spent.attempts).toBe(spent.length);
            for (const [held, parts] of [
              [account.reserved.costUsd, drawn.map(({ costUsd }) => costUsd)],
              [account.spent.costUsd, spent.map(({ costUsd }) => costUsd)],
            ] as const) {
              if (parts.includes(null)) expect(held).toBeNull();
              else expect(held).toBeCloseTo(sum(parts), 6);
            }
          }
          // No draw is left behind for what has ended, as at any boot.
          for (const { id } of runs) await store.budgets.settle(id, { tokens: 1, costUsd: 0, attempts: 1, seconds: 1 });
          for (const { reserved } of await store.budgets.chain(own.id)) {
            expect(reserved).toMatchObject({ tokens: 0, attempts: 0, seconds: 0 });
            expect(reserved.costUsd).toBeCloseTo(0, 6);
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
