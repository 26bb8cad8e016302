import { expect, test } from 'vitest';
import { agedClass, byUrgency, nextInTurn, type Ring, type Share, type Waiter } from './fair-share.ts';
import { type Scheduler, simulate } from './testing/fair-simulation.ts';

const now = new Date('2026-01-01T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const waiter = (id: string, teamId: string, priority = 2, minutes = 0): Waiter => ({
  id,
  teamId,
  priority,
  since: ago(minutes),
});
const many = (count: number, teamId: string) =>
  Array.from({ length: count }, (_, n) => waiter(`${teamId}${n}`, teamId));
const shares = (weights: Record<string, number>) =>
  new Map<string, Share>(Object.entries(weights).map(([teamId, weight]) => [teamId, { weight }]));
const teams = (turn: { chosen: Waiter[] }) => turn.chosen.map(({ teamId }) => teamId).join('');

test.each([
  [0, 500, 0],
  [2, 0, 2],
  [2, 9.99, 2],
  [2, 10, 1],
  [4, 39, 1],
  [4, 40, 0],
  [4, 4_000, 0],
  [3, -5, 3],
])('priority %i is class %3$i after %2$d minutes', (priority, minutes, reached) => {
  expect(agedClass({ priority, since: ago(minutes) }, now)).toBe(reached);
});

test('inside a team the aged class goes first, then who waits longest', () => {
  const order = [
    waiter('late', 'a', 3, 1),
    waiter('aged', 'a', 4, 41),
    waiter('high', 'a', 1, 5),
    waiter('older', 'a', 3, 2),
  ];
  expect(order.sort((a, b) => byUrgency(a, b, now)).map(({ id }) => id)).toEqual(['aged', 'high', 'older', 'late']);
});

test('equal teams take turns, however much one of them asks', () => {
  const { chosen } = nextInTurn([], [...many(50, 'a'), ...many(3, 'b')], shares({ a: 10, b: 10 }), now, 8);
  expect(teams({ chosen })).toBe('abababaa');
});

test('a quota twice as large is served twice as often, also when it is asked one by one', () => {
  const waiting = [...many(50, 'a'), ...many(50, 'b')];
  const weights = shares({ a: 5, b: 10 });
  let ring: Ring = [];
  let alone = '';
  const left = new Set(waiting);
  for (let n = 0; n < 12; n += 1) {
    const turn = nextInTurn(ring, [...left], weights, now, 1);
    for (const one of turn.chosen) left.delete(one);
    alone += teams(turn);
    ring = turn.ring;
  }
  expect(alone).toBe(teams(nextInTurn([], waiting, weights, now, 12)));
  expect(alone.match(/b/g)).toHaveLength(8);
});

test('credit ends with the waiting, and room bounds what a team gets', () => {
  const weights = new Map<string, Share>([
    ['a', { weight: 60, room: 2 }],
    ['b', { weight: 10, room: 0 }],
    ['c', { weight: 10 }],
  ]);
  const turn = nextInTurn(
    [{ teamId: 'gone', credit: 9 }],
    [...many(9, 'a'), ...many(9, 'b'), ...many(4, 'c')],
    weights,
    now,
    99,
  );
  expect(teams(turn)).toBe('aacccc');
  expect(turn.ring).toEqual([]);
});

test('no history of three thousand breaks the bound of starvation', () => {
  let services = 0;
  for (let seed = 0; seed < 3_000; seed += 1) services += simulate(seed).services;
  expect(services).toBeGreaterThan(100_000);
});

const everybody: Scheduler = (ring, waiters, _, at, most) => ({
  chosen: [...waiters].sort((a, b) => byUrgency(a, b, at)).slice(0, most),
  ring,
});
const withoutAgeing: Scheduler = (ring, waiters, weights, at, most, cost) => {
  const still = waiters.map((one) => ({ ...one, since: new Date(at.getTime() + one.since.getTime() / 1e9) }));
  const turn = nextInTurn(ring, still, weights, at, most, cost);
  return { ...turn, chosen: turn.chosen.flatMap(({ id }) => waiters.filter((one) => one.id === id)) };
};
const forgetful: Scheduler = (_, waiters, weights, at, most, cost) => nextInTurn([], waiters, weights, at, most, cost);
const lazy: Scheduler = (ring, waiters, weights, at, most, cost) =>
  nextInTurn(ring, waiters, weights, at, Math.min(1, most), cost);

test.each([
  ['one queue for all teams', everybody],
  ['priority without ageing', withoutAgeing],
  ['turns that are forgotten between two claims', forgetful],
  ['a slot that is kept free', lazy],
])('%s is found out, and the seed that shows it is named', (_, scheduler) => {
  const found = () => {
    for (let seed = 0; seed < 300; seed += 1) simulate(seed, scheduler);
  };
  expect(found).toThrow(/Seed \d+.*Replay: npm run simulate -- --seed \d+/);
});
