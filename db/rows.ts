/** PGlite answers `{ rows }`, the server's driver an array. */
export function rowsOf(result: unknown): Record<string, unknown>[] {
  const rows: unknown = Array.isArray(result) ? result : Reflect.get(Object(result), 'rows');
  return Array.isArray(rows) ? rows : [];
}
