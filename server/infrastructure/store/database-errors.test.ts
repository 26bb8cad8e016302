import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { translate } from './database-errors.ts';

// As drizzle wraps the driver's error.
const failed = (code: string, more: object = {}) =>
  new Error('Failed query: insert …\nparams: a secret', { cause: Object.assign(new Error('x'), { code, ...more }) });

test.each([
  ['23505', 'CONFLICT'],
  ['23503', 'CONFLICT'],
  ['40001', 'UNAVAILABLE'],
  ['57P01', 'UNAVAILABLE'],
  ['23514', 'INTERNAL'],
  ['XX000', 'INTERNAL'],
])('%s is %s, and no message tells the statement or its values', (state, code) => {
  const error = translate(failed(state));
  expect(error).toMatchObject({ code });
  expect(error).toMatchObject({ message: expect.not.stringContaining('a secret') });
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test.each([
  ['CONNECTION_CLOSED', { reason: 'connection_lost' }],
  ['ECONNRESET', { reason: 'connection_lost' }],
  ['ECONNREFUSED', undefined],
  ['CONNECT_TIMEOUT', undefined],
  ['57P01', undefined],
])('after %s it is said whether what was sent may be stored', (state, details) => {
  const error = translate(failed(state));
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  expect((error as DomainError).details).toEqual(details);
});

test('what is none of the database stays what it is', () => {
  const disk = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const ours = new DomainError('NOT_FOUND', 'gone');
  expect(translate(disk)).toBe(disk);
  expect(translate(ours)).toBe(ours);
});
