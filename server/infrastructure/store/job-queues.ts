import { sql } from 'drizzle-orm';
import type { JobQueue } from '../../domain/instance.ts';
import type { Handle } from './handle.ts';

/**
 * Counted in the queue's own table: what the library says of itself may be an hour old. Its queues of its own affairs
 * begin with two underscores and are left out.
 */
export async function readJobQueues(handle: Handle): Promise<JobQueue[]> {
  const [known] = await handle.rows(sql`select to_regclass('pgboss.job') is not null as there`);
  if (known?.there !== true) return [];
  const rows = await handle.rows(sql`select q.name,
      count(j.id) filter (where j.state in ('created', 'retry') and j.start_after <= now())::int as waiting,
      count(j.id) filter (where j.state in ('created', 'retry') and j.start_after > now())::int as later,
      count(j.id) filter (where j.state = 'active')::int as active, count(j.id)::int as kept
    from pgboss.queue q left join pgboss.job j on j.name = q.name
    where q.name not like '\\_\\_%' group by q.name order by q.name`);
  return rows.map((row) => ({
    name: String(row.name),
    waiting: Number(row.waiting),
    later: Number(row.later),
    active: Number(row.active),
    kept: Number(row.kept),
  }));
}
