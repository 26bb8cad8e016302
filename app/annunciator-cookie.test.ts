import { expect, test } from 'vitest';
import { acknowledgedHeader, acknowledgedIn, readAcknowledged, writeAcknowledged } from './annunciator-cookie.ts';

const seen = {
  needs_you: { since: '2026-11-20T11:55:00.000Z', count: 2 },
  failed: { since: null, count: 1 },
};

test('what was acknowledged comes back as it was', () => {
  expect(readAcknowledged(writeAcknowledged(seen))).toEqual(seen);
  expect(readAcknowledged(writeAcknowledged({}))).toEqual({});
});

test('it is found among other cookies, and needs no escape', () => {
  const header = acknowledgedHeader(seen);
  const value = header.split(';')[0] ?? '';
  expect(value).toBe(encodeURI(value));
  expect(acknowledgedIn(`theme=abc; ${value}; other=1`)).toEqual(seen);
  expect(acknowledgedIn('theme=abc')).toEqual({});
});

test.each(['nonsense', 'needs_you.x.1', 'nobody.1.1', 'failed.1.9999999999999999', '.._', 'failed.1'])(
  'of %s nothing is believed',
  (value) => {
    expect(readAcknowledged(value)).toEqual({});
  },
);
