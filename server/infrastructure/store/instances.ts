import { eq, sql } from 'drizzle-orm';
import { instances } from '../../../db/schema/instances.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { decode, storable } from './rows.ts';

export function createInstances(handle: Handle): Aggregates['instances'] {
  return {
    async report(report) {
      const row = { ...storable(report), stopping: false, lastSeenAt: sql`clock_timestamp()` };
      await handle.db.insert(instances).values(row).onConflictDoUpdate({ target: instances.id, set: row });
    },

    async leave(id) {
      await handle.db
        .update(instances)
        .set({ stopping: true, lastSeenAt: sql`clock_timestamp()` })
        .where(eq(instances.id, id));
    },

    async database() {
      const [row] = await handle.rows(sql`select current_setting('server_version') as version,
        pg_database_size(current_database())::float as bytes`);
      return { kind: handle.kind, version: String(row?.version), bytes: Number(row?.bytes) };
    },

    async list() {
      const rows =
        await handle.rows(sql`select i.*, extract(epoch from clock_timestamp() - i.last_seen_at)::float as age_seconds,
          (select count(*)::int from sessions s where s.owner = i.owner and s.lease_expires_at > clock_timestamp()) as leases
        from instances i where i.last_seen_at > clock_timestamp() - interval '7 days'
        order by i.stopping, i.last_seen_at desc, i.id`);
      return rows.map((row) => {
        const instance = decode(instances, row);
        const loops = instance.loops.map((loop) => ({
          ...loop,
          lastTickAt: loop.lastTickAt === null ? null : new Date(loop.lastTickAt),
        }));
        return { ...instance, loops, ageSeconds: Math.max(0, Number(row.age_seconds)), leases: Number(row.leases) };
      });
    },
  };
}
