import { expect, test } from 'vitest';
import type { BudgetAccount, Standing } from './budget.ts';
import { nothing, raiseOf, ranSeconds, shareOf, usedUp, wallSecondsLeft, wishOf } from './budget-wish.ts';

const priced = { input: 2, output: 10 };
const usual = (samples: number, tokens: number, costUsd: number | null = null) => ({ samples, tokens, costUsd });

test('an attempt draws one and a half times what the agent uses, and 50,000 until three runs have shown it', () => {
  expect(wishOf(usual(2, 9_000), priced).tokens).toBe(50_000);
  expect(wishOf(usual(3, 9_001), priced).tokens).toBe(13_502);
  expect(wishOf(usual(3, 10), priced).tokens).toBe(1_000);
  expect(wishOf(usual(0, 0), priced)).toMatchObject({ attempts: 1, seconds: 0 });
});

test('money is drawn by the known price, and not at all by an unknown one', () => {
  expect(wishOf(usual(0, 0), priced).costUsd).toBeCloseTo(0.5);
  expect(wishOf(usual(3, 9_000, 0.02), priced).costUsd).toBeCloseTo(0.03);
  expect(wishOf(usual(3, 10_000), priced).costUsd).toBeCloseTo(0.15);
  expect(wishOf(usual(3, 10_000, 1), { input: 0, output: null }).costUsd).toBeNull();
  expect(wishOf(usual(3, 10_000), { input: 0, output: 0 }).costUsd).toBe(0);
});

test('of a small budget each free slot gets its part', () => {
  const account = (tokens: number | null): BudgetAccount => ({
    id: 'a',
    teamId: 't',
    kind: 'session',
    sessionId: 's',
    month: null,
    parentId: null,
    caps: { tokens, costUsd: null, attempts: null, seconds: null },
    reserved: { ...nothing, tokens: 5_000 },
    spent: { ...nothing, tokens: 15_000 },
  });
  const wish = wishOf(usual(0, 0), priced);
  expect(shareOf(wish, account(60_000), 2).tokens).toBe(20_000);
  expect(shareOf(wish, account(60_000), 0).tokens).toBe(40_000);
  expect(shareOf(wish, account(20_100), 2).tokens).toBe(1_000);
  expect(shareOf(wish, account(900_000), 2).tokens).toBe(50_000);
  expect(shareOf(wish, account(null), 2)).toBe(wish);
});

const standing = (reserved: number, used: number, money: [number | null, number | null] = [0, 0]): Standing => ({
  sessionId: 's',
  reserved: { tokens: reserved, costUsd: money[0], attempts: 1, seconds: 0 },
  used: { tokens: used, costUsd: money[1] },
  timed: false,
  cutOff: null,
});

test('a draw is raised when nine tenths of it are used, in tokens or in money', () => {
  expect(raiseOf(standing(50_000, 44_999))).toBeNull();
  expect(raiseOf(standing(50_000, 45_000))).toEqual({ tokens: 25_000, costUsd: 0 });
  expect(raiseOf(standing(1_000, 5_000))).toEqual({ tokens: 10_000, costUsd: 0 });
  expect(raiseOf(standing(50_000, 10, [1, 0.9]))).toEqual({ tokens: 0, costUsd: 0.5 });
  expect(raiseOf(standing(50_000, 10, [0, 0.4]))).toEqual({ tokens: 0, costUsd: 0.2 });
  expect(raiseOf(standing(50_000, 10, [null, 0.4]))).toBeNull();
  expect(raiseOf(standing(50_000, 10, [1, null]))).toBeNull();
});

test('nothing is left of a draw when its tokens or its money are used, whatever costs nothing', () => {
  expect(usedUp(standing(100, 99))).toBe(false);
  expect(usedUp(standing(100, 100))).toBe(true);
  expect(usedUp(standing(100, 1, [0.5, 0.5]))).toBe(true);
  expect(usedUp(standing(100, 1, [0, 0]))).toBe(false);
  expect(usedUp(standing(100, 1, [null, 9]))).toBe(false);
});

test('a wall budget counts the seconds a session runs, not those it is paused', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 12) + seconds * 1000);
  const clock = {
    createdAt: at(-100),
    queuedAt: at(-50),
    startedAt: at(0),
    endedAt: null,
    pausedAt: null,
    pausedSeconds: 30,
    budget: { wallSeconds: 60 },
  };
  expect(ranSeconds(clock, at(70))).toBe(40);
  expect(wallSecondsLeft(clock, at(70))).toBe(20);
  expect(wallSecondsLeft(clock, at(500))).toBe(0);
  expect(wallSecondsLeft({ ...clock, pausedAt: at(70) }, at(500))).toBe(20);
  expect(wallSecondsLeft({ ...clock, startedAt: null }, at(500))).toBe(60);
  expect(wallSecondsLeft({ ...clock, budget: { tokens: 1 } }, at(500))).toBeNull();
});
