import { Name, Param, SQL, StringChunk, sql } from 'drizzle-orm';

interface Text {
  text: string;
  params: unknown[];
}

/**
 * The statement with its text made. drizzle makes an object for every piece of a statement and merges them level by level,
 * which costs more than the driver's whole work; this walks the same pieces once. What it does not know is drizzle's affair.
 */
export function rendered(statement: SQL): SQL {
  const made: Text = { text: '', params: [] };
  if (!append(statement, made)) return statement;
  return Object.assign(sql.empty(), { toQuery: () => ({ sql: made.text, params: made.params }) });
}

/** Whether every piece was a known one. */
function append(statement: SQL, made: Text): boolean {
  if (Reflect.get(statement, 'shouldInlineParams') === true) return false;
  for (const piece of statement.queryChunks) {
    if (piece instanceof StringChunk) made.text += piece.value.length === 1 ? piece.value[0] : piece.value.join('');
    else if (piece instanceof SQL) {
      if (!append(piece, made)) return false;
    } else if (piece instanceof Param) {
      const value: unknown = piece.value === null ? null : piece.encoder.mapToDriverValue(piece.value);
      if (value instanceof SQL) return false;
      place(value, made);
    } else if (piece instanceof Name) made.text += `"${piece.value.replaceAll('"', '""')}"`;
    else if (piece === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof piece)) place(piece, made);
    else if (piece !== undefined) return false;
  }
  return true;
}

function place(value: unknown, made: Text): void {
  made.params.push(value);
  made.text += `$${made.params.length}`;
}
