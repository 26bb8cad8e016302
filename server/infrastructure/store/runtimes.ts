import { eq, sql } from 'drizzle-orm';
import { runtimes } from '../../../db/schema/agents.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { silentSeconds } from '../../domain/instance.ts';
import type { Handle } from './handle.ts';
import { decode, storable } from './rows.ts';
import { createRuntimeRecords } from './runtime-records.ts';

export function createRuntimes(handle: Handle): Aggregates['runtimes'] {
  return {
    ...createRuntimeRecords(handle),

    async upsertEmbedded(row) {
      // The name is the identity: the id of the first start stays, and so does what other instances made of its state.
      const [stored] = await handle.db
        .insert(runtimes)
        .values({ ...row, kind: 'opencode_embedded', state: 'starting' })
        .onConflictDoUpdate({
          target: runtimes.name,
          set: { name: row.name, ...(row.capacity === undefined ? {} : { capacity: row.capacity }) },
        })
        .returning({ id: runtimes.id, createdAt: runtimes.createdAt });
      if (stored === undefined) throw new DomainError('INTERNAL', 'The runtime was not stored');
      return stored;
    },

    async setState(id, state) {
      const seen = state.state === 'online' || state.state === 'degraded' ? { lastSeenAt: sql`clock_timestamp()` } : {};
      const changed = await handle.db
        .update(runtimes)
        .set({ ...storable(state), ...seen })
        .where(eq(runtimes.id, id))
        .returning({ id: runtimes.id });
      if (changed.length === 0) throw new DomainError('NOT_FOUND', 'There is no such runtime');
    },

    async followInstances(id) {
      const [row] = await handle.rows(sql`
        with best as (
          select * from instances
          where not stopping and last_seen_at > clock_timestamp() - make_interval(secs => ${silentSeconds}::float)
          order by array_position(array['online', 'degraded', 'parked', 'starting', 'offline'], runtime_state), circuit, id
          limit 1)
        update runtimes r set state = b.runtime_state, detail = b.runtime_detail, software_version = b.runtime_version,
          circuit = b.circuit, parked_until = b.parked_until,
          last_seen_at = case when b.runtime_state in ('online', 'degraded') then clock_timestamp() else r.last_seen_at end
        from best b where r.id = ${id}::uuid
          and (r.state, r.detail, r.software_version, r.circuit, r.parked_until)
            is distinct from (b.runtime_state, b.runtime_detail, b.runtime_version, b.circuit, b.parked_until)
        returning r.*`);
      return row === undefined ? null : decode(runtimes, row);
    },
  };
}
