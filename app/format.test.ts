import { expect, test } from 'vitest';
import {
  age,
  bytes,
  count,
  date,
  dateTime,
  duration,
  milliseconds,
  percent,
  plural,
  span,
  time,
  until,
  usd,
} from './format.ts';

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 m 00 s'],
  [185, '3 m 05 s'],
  [3_600, '1 h 00 m'],
  [8_040, '2 h 14 m'],
  [86_400 * 3 + 3_600 * 4, '3 d 04 h'],
  [-5, '0 s'],
  [Number.NaN, '0 s'],
])('%d seconds read %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test.each([
  [86_400, '24 hours'],
  [3_600, '1 hour'],
  [900, '15 minutes'],
  [90, '90 seconds'],
])('a promise of %d seconds reads %s', (seconds, words) => {
  expect(span(seconds)).toBe(words);
});

test.each([
  [null, 'unknown'],
  [0, '$0.00'],
  [0.0012, '$0.0012'],
  [1_234.5, '$1,234.50'],
])('%s dollars read %s', (value, words) => {
  expect(usd(value)).toBe(words);
});

test.each([
  [512, '512 B'],
  [12_700, '12.4 KiB'],
  [3_250_586, '3.1 MiB'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
])('%d bytes read %s', (value, words) => {
  expect(bytes(value)).toBe(words);
});

test('counts, ratios and milliseconds carry their unit', () => {
  expect([count(950), count(12_400), count(3_100_000)]).toEqual(['950', '12.4 k', '3.1 M']);
  expect([milliseconds(340), milliseconds(2_440), milliseconds(61_000)]).toEqual(['340 ms', '2.4 s', '1 m 01 s']);
  expect(percent(0.666)).toBe('67 %');
  expect([plural(1, 'session'), plural(1_200, 'session'), plural(2, 'repository', 'repositories')]).toEqual([
    '1 session',
    '1,200 sessions',
    '2 repositories',
  ]);
});

test('times are UTC and say so', () => {
  const at = new Date('2026-11-20T16:04:11.900+02:00');
  expect(date(at)).toBe('2026-11-20');
  expect(time(at)).toBe('14:04:11 UTC');
  expect(dateTime(at)).toBe('2026-11-20 14:04:11 UTC');
});

test('an age never goes below zero, and a time that passed is no longer until', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  expect(age(new Date('2026-11-20T11:58:20Z'), now)).toBe('1 m 40 s');
  expect(age(new Date('2026-11-20T12:00:09Z'), now)).toBe('0 s');
  expect(until(new Date('2026-11-20T12:00:09Z'), now)).toBe('9 s');
  expect(until(now, now)).toBeNull();
});
