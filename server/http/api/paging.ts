import type { Page, PageRequest } from '../../application/team-port.ts';
import { invalid } from '../../domain/errors.ts';

/** What a list query asks of a service. */
export function pageOf(query: {
  readonly cursor: string | undefined;
  readonly limit: number | undefined;
}): PageRequest {
  return { limit: query.limit ?? 20, ...(query.cursor !== undefined && { cursor: query.cursor }) };
}

/** A page cut from a short list the service gives whole. */
export function cut<T>(items: readonly T[], page: PageRequest): Page<T> {
  const from = page.cursor === undefined ? 0 : offsetOf(page.cursor);
  const to = from + page.limit;
  return {
    items: items.slice(from, to),
    nextCursor: to < items.length ? Buffer.from(`from:${to}`).toString('base64url') : null,
    total: items.length,
  };
}

/** A page with each item in its outward form. */
export function mapped<T, U>(page: Page<T>, form: (item: T) => U): Page<U> {
  return { items: page.items.map(form), nextCursor: page.nextCursor, total: page.total };
}

function offsetOf(cursor: string): number {
  const match = /^from:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw invalid([{ path: 'cursor', message: 'Not a cursor of this list' }]);
  return Number(match[1]);
}
