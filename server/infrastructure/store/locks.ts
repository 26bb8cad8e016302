import { type SQL, sql } from 'drizzle-orm';
import type { Fence } from '../../application/coordination-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { DomainError } from '../../domain/errors.ts';
import { lockLost } from '../../domain/lock.ts';
import type { Handle } from './handle.ts';
import { anyOf, storable } from './rows.ts';

export function createLocks(handle: Handle): Aggregates['locks'] {
  return {
    async raise(resources, owner) {
      // Sorted, so that two holders of the same resources never wait for each other's rows.
      const rows = await handle.rows(sql`
        with taken as materialized (select nextval('lock_fencing') as number)
        insert into lock_fences (resource, number, owner)
        select r.resource, t.number, ${storable(owner)} from taken t
          cross join (select jsonb_array_elements_text(${JSON.stringify(resources)}::jsonb) as resource order by 1) r
        on conflict (resource) do update set number = excluded.number, owner = excluded.owner, granted_at = clock_timestamp()
          where lock_fences.number < excluded.number
        returning number::float8`);
      return rows.length === resources.length ? Number(rows[0]?.number) : null;
    },

    async current(resources) {
      const rows = await handle.rows(sql`select resource, number::float8 from lock_fences
        where resource = ${anyOf(resources)}`);
      return new Map(rows.map((row) => [String(row.resource), Number(row.number)]));
    },

    async assert(fence) {
      if (!(await stands(handle, fence))) throw overtaken(fence);
    },

    async prune() {
      await handle.rows(sql`delete from lock_fences where granted_at < clock_timestamp() - interval '7 days'`);
    },
  };
}

/** Whether it is the newest of all its resources. */
export async function stands(handle: Handle, fence: Fence): Promise<boolean> {
  const [row] = await handle.rows(sql`with fenced as (${fenceRows(fence)}) select count(*)::int as number from fenced`);
  return row?.number === fence.resources.length;
}

/** The rows of a fence that still are the newest, kept so until the transaction ends; as many as it has resources, or it is old. */
export function fenceRows({ resources, fencing }: Fence): SQL {
  return sql`select resource from lock_fences where resource = ${anyOf(resources)} and number = ${fencing}::bigint
    order by resource for share`;
}

export const overtaken = ({ resources, fencing }: Fence): DomainError =>
  lockLost(resources, `another holder came after number ${fencing}`);
