import { expect, test } from 'vitest';
import { loadOf } from './agent.ts';
import { coolDownSeconds, mayProbe, nextProbeAt, recoveryOf } from './agent-recovery.ts';

const then = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(then.getTime() + seconds * 1000);
const degraded = { tier: 'degraded' as const, degradedAt: then, load: loadOf(0, 5) };

test('a degraded agent rests ten minutes, then may be probed', () => {
  expect(nextProbeAt(degraded)).toEqual(after(600));
  expect(mayProbe(degraded, false, after(coolDownSeconds - 1))).toBe(false);
  expect(mayProbe(degraded, false, after(coolDownSeconds))).toBe(true);
});

test('there is one probe at a time, and none for an agent that has anything at hand', () => {
  expect(mayProbe(degraded, true, after(900))).toBe(false);
  expect(mayProbe({ ...degraded, load: loadOf(1, 5) }, false, after(900))).toBe(false);
});

test('nobody is probed who is not degraded, or of whom it is not noted since when', () => {
  expect(mayProbe({ ...degraded, tier: 'trainee' }, false, after(900))).toBe(false);
  expect(mayProbe({ ...degraded, degradedAt: null }, false, after(900))).toBe(false);
});

const facts = { tier: 'degraded' as const, degradedAt: then, probesInARow: 0, lastFailedAt: null };

test('the fall is noted once', () => {
  expect(recoveryOf({ ...facts, degradedAt: null }, after(5))).toEqual({
    tier: 'degraded',
    note: { degradedAt: after(5) },
  });
  expect(recoveryOf(facts, after(5))).toEqual({ tier: 'degraded', note: {} });
});

test('a failure since then lets the rest begin anew, an earlier one does not', () => {
  expect(recoveryOf({ ...facts, lastFailedAt: after(700) }, after(800)).note).toEqual({ degradedAt: after(700) });
  expect(recoveryOf({ ...facts, lastFailedAt: after(-5) }, after(800)).note).toEqual({});
});

test('three probes in a row bring it back as trainee, two do not', () => {
  expect(recoveryOf({ ...facts, probesInARow: 2 }, after(900)).tier).toBe('degraded');
  expect(recoveryOf({ ...facts, probesInARow: 3 }, after(900))).toEqual({
    tier: 'trainee',
    note: { degradedAt: null, recoveredAt: after(900) },
  });
});

test('a record that rose by itself is no longer noted as degraded', () => {
  expect(recoveryOf({ ...facts, tier: 'competent' }, after(9))).toEqual({
    tier: 'competent',
    note: { degradedAt: null },
  });
  expect(recoveryOf({ ...facts, tier: 'elite', degradedAt: null }, after(9))).toEqual({ tier: 'elite', note: {} });
});
