import { expect, test } from 'vitest';
import { z } from 'zod';
import { DomainError, errorCodeOf, errorCodes, httpStatusOf, invalid, invalidFromZod, isRetryable } from './errors.ts';

test.each([
  ['UNAUTHENTICATED', 401, false],
  ['FORBIDDEN', 403, false],
  ['APPROVAL_REQUIRED', 403, false],
  ['NOT_FOUND', 404, false],
  ['METHOD_NOT_ALLOWED', 405, false],
  ['INVALID_TRANSITION', 409, false],
  ['CONFLICT', 409, false],
  ['DEADLOCK', 409, true],
  ['IDEMPOTENCY_IN_PROGRESS', 409, true],
  ['PAYLOAD_TOO_LARGE', 413, false],
  ['INVALID', 422, false],
  ['QUOTA_EXCEEDED', 429, true],
  ['RATE_LIMITED', 429, true],
  ['AGENT_UNAVAILABLE', 503, true],
  ['UNAVAILABLE', 503, true],
  ['INTERNAL', 500, false],
] as const)('%s is %i and retryable: %s', (code, status, retryable) => {
  expect([httpStatusOf(code), isRetryable(code)]).toEqual([status, retryable]);
});

test('the list of codes is the sixteen of the API', () => {
  expect(new Set(errorCodes).size).toBe(16);
});

test('an error carries its code, details, delay and cause', () => {
  const cause = new Error('below');
  const error = new DomainError('RATE_LIMITED', 'Too fast', { details: { limit: 1 }, retryAfterSeconds: 5, cause });
  expect(error).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'Too fast',
    details: { limit: 1 },
    retryAfterSeconds: 5,
  });
  expect(error.cause).toBe(cause);
  expect(error).toBeInstanceOf(Error);
});

test('a code is known by what it says, not by its class', () => {
  expect(errorCodeOf({ code: 'CONFLICT' })).toBe('CONFLICT');
  expect(errorCodeOf(new DomainError('INVALID', 'x'))).toBe('INVALID');
  for (const other of [null, undefined, 'CONFLICT', new Error('x'), { code: 'ENOENT' }, { code: 409 }]) {
    expect(errorCodeOf(other)).toBeNull();
  }
});

test('an invalid error speaks of its first field', () => {
  expect(invalid([{ path: 'title', message: 'Too short' }]).message).toBe('title: Too short');
  expect(invalid([{ path: '', message: 'Not an object' }]).message).toBe('Not an object');
  expect(invalid([]).message).not.toBe('');
});

test('a zod error becomes paths and messages, unknown fields one by one', () => {
  const parsed = z
    .strictObject({ a: z.object({ b: z.number('Must be a number') }) })
    .safeParse({ a: { b: 'x' }, c: 1, d: 2 });
  if (parsed.success) throw new Error('it should have been refused');
  expect(invalidFromZod(parsed.error)).toMatchObject({
    code: 'INVALID',
    details: [
      { path: 'a.b', message: 'Must be a number' },
      { path: 'c', message: 'Unknown field' },
      { path: 'd', message: 'Unknown field' },
    ],
  });
});
