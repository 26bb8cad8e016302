import { expect, test } from 'vitest';
import { createTimeCodes } from './time-codes.ts';

const codes = createTimeCodes();
// RFC 6238, appendix B: the key of the SHA-1 rows, whose codes end in these six digits.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test.each([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_234_567_890, '005924', 41_152_263],
  [20_000_000_000, '353130', 666_666_666],
])('at %s s the code of the standard is %s', (seconds, code, step) => {
  expect(codes.stepOf(secret, code, new Date(seconds * 1000))).toBe(step);
});

test('a code counts for the step before and after its own, and no further', () => {
  const at = (seconds: number) => codes.stepOf(secret, '287082', new Date(seconds * 1000));
  expect([at(29), at(59), at(89)]).toEqual([1, 1, 1]);
  expect(at(90)).toBeNull();
  expect(codes.stepOf(secret, '287083', new Date(59_000))).toBeNull();
});

test('a secret is 160 bits, and its address is what an app reads', () => {
  const made = codes.secret();
  expect(made).toMatch(/^[A-Z2-7]{32}$/);
  const address = new URL(codes.address(made, 'ada@example.com'));
  expect(address.protocol).toBe('otpauth:');
  expect(address.searchParams.get('secret')).toBe(made);
  expect(decodeURIComponent(address.pathname)).toContain('ada@example.com');
  const { size, path } = codes.picture(address.href);
  expect(size).toBeGreaterThan(20);
  expect(path).toMatch(/^(M\d+ \d+h1v1h-1z)+$/);
});
