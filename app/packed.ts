/**
 * Rows of one kind as columns, for the wire: a name is said once and not with every row, and what is the same in all
 * rows once. Of a plan of thousands of tasks that leaves a fifth to send and to read.
 */
export interface Packed<T extends object> {
  readonly count: number;
  readonly same: Partial<T>;
  readonly columns: { readonly [K in keyof T]?: readonly T[K][] };
}

/** Every row must have the same names. Equal records within a column become one, so that the wire tells them once. */
export function pack<T extends object>(rows: readonly T[]): Packed<T> {
  const [first] = rows;
  const same: Partial<T> = {};
  const columns: { [K in keyof T]?: readonly T[K][] } = {};
  for (const key of first === undefined ? [] : (Object.keys(first) as (keyof T)[])) {
    const column = interned(rows.map((row) => row[key]));
    const [value] = column;
    if (value !== undefined && column.every((one) => one === value)) same[key] = value;
    else columns[key] = column;
  }
  return { count: rows.length, same, columns };
}

/** The rows as they were; records that were equal are one and the same, which nobody changes in place. */
export function unpack<T extends object>({ count, same, columns }: Packed<T>): T[] {
  const lists = Object.entries<readonly unknown[]>(columns as Record<string, readonly unknown[]>);
  return Array.from({ length: count }, (_, place) => {
    const row: Record<string, unknown> = { ...same };
    for (const [key, column] of lists) row[key] = column[place];
    return row as T;
  });
}

function interned<V>(values: readonly V[]): V[] {
  const known = new Map<string, V>();
  return values.map((value) => {
    if (typeof value !== 'object' || value === null) return value;
    const text = value instanceof Date ? `@${value.getTime()}` : JSON.stringify(value);
    const one = known.get(text) ?? value;
    known.set(text, one);
    return one;
  });
}
