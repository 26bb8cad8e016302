import { Column, getTableColumns, type InferSelectModel, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Row } from './handle.ts';

/** A column by the names of its table and of the database; null where the driver's value is the column's own. */
interface Decoded {
  readonly key: string;
  readonly name: string;
  readonly map: PgColumn | null;
}

// drizzle makes a new record of them at every call, and a row is decoded with every statement.
const columnsOf = new WeakMap<PgTable, Decoded[]>();

function decodedColumns(table: PgTable): Decoded[] {
  const columns = Object.entries<PgColumn>(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: column.name,
    map: column.mapFromDriverValue === Column.prototype.mapFromDriverValue ? null : column,
  }));
  columnsOf.set(table, columns);
  return columns;
}

/** A row of a raw statement (`select t.*`, `returning *`) as the table's own type; further columns are left out, and `without`. */
export function decode<T extends PgTable, K extends keyof InferSelectModel<T> = never>(
  table: T,
  row: Row,
  without?: K,
): Omit<InferSelectModel<T>, K> {
  const decoded: Row = {};
  for (const { key, name, map } of columnsOf.get(table) ?? decodedColumns(table)) {
    if (key === without) continue;
    const value = row[name] ?? null;
    decoded[key] = map === null || value === null ? value : map.mapFromDriverValue(value);
  }
  return decoded as Omit<InferSelectModel<T>, K>;
}

/** `column = value` for each defined key of the patch, encoded by the column. */
export function assignments(table: PgTable, patch: object): SQL[] {
  const columns = getTableColumns(table);
  return Object.entries(patch).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const column = columns[key];
    if (column === undefined) throw new Error(`There is no column for ${key}`);
    return [sql`${sql.identifier(column.name)} = ${value === null ? null : sql.param(storable(value), column)}`];
  });
}

export function list(parts: readonly SQL[]): SQL {
  return sql.join([...parts], sql`, `);
}

/** A list of texts as one parameter, so that its length does not change the statement. */
export function anyOf(values: readonly string[]): SQL {
  return sql`any(array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)))`;
}

/** As `anyOf`, for words without a comma: cheaper, which tells in statements that run thousands of times a second. */
export function anyWord(words: readonly string[]): SQL {
  return sql`any(string_to_array(${words.join(',')}, ','))`;
}

/**
 * The value with every text made storable: PostgreSQL takes neither NUL nor half a surrogate pair, and a tool's output
 * may hold both.
 */
export function storable<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\uFFFD').toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)]));
}

/** Data, with or without a prototype; a date or an SQL expression is none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text can be asked for as an id at all; a wrong one would be an error of the database. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
