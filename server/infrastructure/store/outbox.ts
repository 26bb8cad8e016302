import { sql } from 'drizzle-orm';
import { events } from '../../../db/schema/events.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { eventOf } from './events.ts';
import type { Handle } from './handle.ts';
import { decode } from './rows.ts';

export function createOutbox(handle: Handle): Aggregates['outbox'] {
  return {
    async take(limit) {
      // In a transaction no other instance takes them too; what one that died had taken is free again with its connection.
      // Inside a session a later seq is never visible before an earlier one: both are written under its row lock.
      const rows = await handle.rows(sql`select o.id as outbox_id, e.* from outbox o join events e on e.id = o.event_id
        order by o.id limit ${limit}::int for update of o skip locked`);
      return {
        ids: rows.map((row) => Number(row.outbox_id)),
        events: rows.map((row) => eventOf(decode(events, row))),
      };
    },

    async done(ids) {
      if (ids.length === 0) return;
      await handle.rows(sql`delete from outbox where id = any(array(
        select value::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`);
    },

    async size() {
      const [row] = await handle.rows(sql`select count(*)::int as number from outbox`);
      return Number(row?.number ?? 0);
    },
  };
}
