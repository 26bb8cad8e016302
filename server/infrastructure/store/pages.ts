import { invalid } from '../../domain/errors.ts';

/** How many rows a cursor leaves out. A cursor is opaque to its holder; a foreign one is INVALID. */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const offset = /^o(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (offset === undefined) throw invalid([{ path: 'cursor', message: 'Must be a cursor that a list returned' }]);
  return Number(offset);
}

/** The cursor of the next page, or null after the last one. */
export function cursorOf(offset: number, total: number, pageLength: number): string | null {
  return pageLength === 0 || offset >= total ? null : Buffer.from(`o${offset}`).toString('base64url');
}
