import { sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';

/** Bytes are git's affair: the patch and the branch have the content. */
const leftOut = ['session_work', 'slot_waits'];
const mostRows = 200_000;

export function createSessionRecords(handle: Handle): Pick<Aggregates['sessions'], 'records'> {
  return {
    async records(sessionId) {
      // Read from the database itself, so that a table that comes later is not forgotten.
      const hanging = await handle.rows(sql`select f.conrelid::regclass::text as "table", a.attname as "column"
        from pg_constraint f join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
        where f.contype = 'f' and f.confrelid = 'sessions'::regclass and a.attname = 'session_id' order by 1`);
      const tables: Record<string, Record<string, unknown>[]> = {};
      const read = async (table: string, column: string, order: ReturnType<typeof sql> = sql``) => {
        const rows = await handle.rows(sql`select to_jsonb(t) as row from ${sql.identifier(table)} t
          where ${sql.identifier(column)} = ${sessionId}::uuid ${order} limit ${mostRows}::int`);
        if (rows.length > 0)
          tables[table] = rows.map(
            ({ row }) => (typeof row === 'string' ? JSON.parse(row) : row) as Record<string, unknown>,
          );
      };
      await read('sessions', 'id');
      for (const { table, column } of hanging)
        if (!leftOut.includes(String(table)))
          await read(String(table), String(column), table === 'events' ? sql`order by seq` : sql``);
      return tables;
    },
  };
}
