import { expect, test } from 'vitest';
import { roles } from './actor.ts';
import { createTokenInput, mayGiveRole, overlapEnd, rotateTokenInput } from './token.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

test.each([
  [24, null, later(24)],
  [0, null, now],
  [24, later(48), later(24)],
  [24, later(2), later(2)],
])('an overlap of %d h of a token that ends %s lasts until %s', (hours, expiresAt, end) => {
  expect(overlapEnd(hours, expiresAt, now)).toEqual(end);
});

test('nobody gives a role above their own', () => {
  for (const giver of roles)
    for (const given of roles) expect(mayGiveRole(giver, given)).toBe(roles.indexOf(given) <= roles.indexOf(giver));
});

test.each([
  [{ name: 'ci', scopes: ['sessions:read'] }, true],
  [{ name: 'ci', scopes: ['sessions:read'], service: { role: 'member' } }, true],
  [{ name: 'ci', scopes: ['sessions:read'], service: { role: 'owner' } }, false],
  [{ name: 'ci', scopes: ['sessions:read'], service: {} }, false],
  [{ name: 'ci', scopes: [] }, false],
  [{ name: ' ', scopes: ['sessions:read'] }, false],
])('the token %o is accepted: %s', (input, yes) => {
  expect(createTokenInput.safeParse(input).success).toBe(yes);
});

test.each([
  [{}, 24],
  [{ overlapHours: 0 }, 0],
  [{ overlapHours: 169 }, null],
  [{ overlapHours: -1 }, null],
  [{ overlapHours: 1.5 }, null],
])('a rotation %o overlaps %s h', (input, hours) => {
  const parsed = rotateTokenInput.safeParse(input);
  expect(parsed.success ? parsed.data.overlapHours : null).toBe(hours);
});
