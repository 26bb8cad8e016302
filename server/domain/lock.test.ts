import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deadlockSentence,
  findDeadlock,
  type LockQueue,
  lockAgeingMs,
  lockNames,
  lockRank,
  waitEdges,
} from './lock.ts';
import { createLockTable } from './lock-table.ts';

const names = ['path:a', 'path:b', 'path:c'];
const wish = fc.record({
  resources: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  priority: fc.nat(10),
  waits: fc.nat(20_000),
  holds: fc.nat(3),
});

test('whatever comes and goes: no resource has two holders, nobody is overtaken at what it waits for, and everybody is served', () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
      const table = createLockTable();
      const held: string[] = [];
      const served: string[] = [];
      const ranks = new Map<string, number>();
      let now = 0;
      const take = (granted: readonly { id: string }[]) => {
        for (const { id } of granted) {
          held.push(id);
          served.push(id);
        }
        for (const { resource, holder, waiters } of table.queues()) {
          // The queue stands in order, and its first waits only for something that is not free for it.
          const places = waiters.map(({ id }) => ranks.get(id) ?? 0);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          if (holder) expect(held).toContain(holder.id);
          const [first] = waiters;
          if (first)
            expect(
              first.resources.some((name) => {
                const queue = table.queues().find((one) => one.resource === name);
                return queue?.holder != null || queue?.waiters[0]?.id !== first.id;
              }),
            ).toBe(true);
          expect(resource).toMatch(/^path:/);
        }
      };
      for (const [index, { resources, priority, waits, holds }] of wishes.entries()) {
        now += waits;
        const id = `w${index}`;
        ranks.set(id, lockRank(now, priority));
        take(table.enter({ id, owner: id, resources: lockNames(resources), priority, arrival: now }, now));
        for (let out = 0; out < holds && held.length > 0; out += 1) take(table.leave(held.shift() ?? '', now));
      }
      while (held.length > 0) take(table.leave(held.shift() ?? '', now));
      expect(served.toSorted()).toEqual([...ranks.keys()].toSorted());
      expect(table.queues()).toEqual([]);
    }),
  );
});

test('a step of priority is a head start of five seconds, and no more', () => {
  const late = (priority: number, afterMs: number) => lockRank(afterMs, priority) < lockRank(0, 0);
  expect(late(1, lockAgeingMs - 1)).toBe(true);
  expect(late(1, lockAgeingMs + 1)).toBe(false);
  expect(late(10, 10 * lockAgeingMs - 1)).toBe(true);
});

const owners = ['ann', 'bob', 'cyd', 'dan', 'eve'];
/** Queues of owners who hold and wait at random; each id is one request. */
const queues = fc
  .array(
    fc.tuple(fc.option(fc.constantFrom(...owners)), fc.uniqueArray(fc.constantFrom(...owners), { maxLength: 3 })),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((all) =>
    all.map(([holder, waiters], place): LockQueue => {
      const one = (owner: string, index: number) => ({
        id: `${owner}-${place}-${index}`,
        owner,
        resources: [`path:${place}`],
        priority: 0,
        arrival: place * 10 + index,
      });
      return { resource: `path:${place}`, holder: holder === null ? null : one(holder, 9), waiters: waiters.map(one) };
    }),
  );

test('a circle is found exactly when there is one, it closes, and its youngest wait is the victim', () => {
  fc.assert(
    fc.property(queues, (all) => {
      const edges = waitEdges(all);
      const reach = new Map(owners.map((owner) => [owner, new Set<string>()]));
      for (const _ of owners)
        for (const { from, to } of edges)
          for (const owner of [to, ...(reach.get(to) ?? [])]) reach.get(from)?.add(owner);
      const circular = owners.some((owner) => reach.get(owner)?.has(owner));
      const found = findDeadlock(all);
      expect(found !== null).toBe(circular);
      if (found === null) return;
      const { cycle, victim } = found;
      expect(cycle.map(({ to }) => to)).toEqual([...cycle.slice(1), ...cycle.slice(0, 1)].map(({ from }) => from));
      const waits = all.flatMap(({ waiters }) => waiters).filter(({ id }) => cycle.some(({ waiter }) => waiter === id));
      expect(victim.arrival).toBe(Math.max(...waits.map(({ arrival }) => arrival)));
      expect(deadlockSentence(cycle)).toContain(`${victim.owner} waits for`);
    }),
  );
});

test('names are locked once each and in one order; what is no name is refused', () => {
  expect(lockNames(['path:b', 'path:a', 'path:b'])).toEqual(['path:a', 'path:b']);
  for (const wrong of [
    [],
    ['plain'],
    ['path:'],
    [`path:${'x'.repeat(200)}`],
    Array.from({ length: 17 }, (_, n) => `path:${n}`),
  ])
    expect(() => lockNames(wrong)).toThrow(expect.objectContaining({ code: 'INVALID' }));
});
