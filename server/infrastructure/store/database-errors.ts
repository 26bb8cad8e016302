import { DomainError, errorCodeOf, lostConnection } from '../../domain/errors.ts';

/** SQLSTATE and constraint of a failed statement; the two drivers name them differently, drizzle wraps both. */
export function sqlStateOf(error: unknown): { state: string; constraint: string | null } | null {
  for (let one = error; typeof one === 'object' && one !== null; one = 'cause' in one ? one.cause : null) {
    if (!('code' in one) || typeof one.code !== 'string' || errorCodeOf(one) !== null) continue;
    return { state: one.code, constraint: textOf(one, 'constraint_name') ?? textOf(one, 'constraint') };
  }
  return null;
}

/** The database itself refused the statement: only then is it certain that nothing of it is stored. */
export function wasRefused(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(sqlStateOf(error)?.state ?? '');
}

function textOf(error: object, key: string): string | null {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * The same work may succeed at once when it is repeated: a serialization failure, a deadlock, or the same fact told by
 * two callers at the same moment (the second one finds it stored).
 */
export function isRepeatable(error: unknown): boolean {
  const found = sqlStateOf(error);
  if (found === null) return false;
  return (
    found.state === '40001' ||
    found.state === '40P01' ||
    (found.state === '23505' && found.constraint === 'events_dedupe')
  );
}

const unavailable = /^(08...|57P0.|53...|CONNECT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/;

// Ended under what was sent: its commit may have come through. Where no connection came to be nothing was sent.
const lost = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|EPIPE|ETIMEDOUT)$/;

/**
 * A failure of the database as the domain says it. One that is not known is INTERNAL: the driver's own words hold the
 * statement with all its values, and messages of failures reach timelines and agents. The log gets them as the cause.
 */
export function translate(error: unknown): unknown {
  if (errorCodeOf(error) !== null) return error;
  const found = sqlStateOf(error);
  if (found === null) return error;
  const { state, constraint } = found;
  if (state === '23505')
    return new DomainError('CONFLICT', 'Something of that name or number exists already', {
      details: { constraint },
      cause: error,
    });
  if (state === '23503')
    return new DomainError('CONFLICT', 'Something this belongs to is gone', { details: { constraint }, cause: error });
  if (isRepeatable(error) || state === '57014' || unavailable.test(state)) {
    return new DomainError('UNAVAILABLE', 'The database cannot answer at the moment', {
      ...(lost.test(state) && { details: lostConnection }),
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  if (/^[0-9A-Z]{5}$/.test(state))
    return new DomainError('INTERNAL', `The database refused a statement (${state})`, { cause: error });
  return error;
}
