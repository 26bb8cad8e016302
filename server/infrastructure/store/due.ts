import { sql } from 'drizzle-orm';
import type { Due } from '../../application/store-port.ts';
import { overApprovals } from './approvals.ts';
import { overdueAsks } from './asks.ts';
import { expiredContexts } from './contexts.ts';
import type { Handle } from './handle.ts';
import { pastDeadline } from './session-leases.ts';

/** Under the very conditions by which each part finds its rows. */
export async function whatIsDue(handle: Handle): Promise<Due> {
  const [row] = await handle.rows(sql`select
    exists (select 1 from sessions s where ${pastDeadline}) as deadlines,
    exists (select 1 from asks where ${overdueAsks}) as asks,
    exists (select 1 from ${overApprovals}) as approvals,
    exists (select 1 from contexts where ${expiredContexts}) as contexts`);
  return {
    deadlines: row?.deadlines === true,
    asks: row?.asks === true,
    approvals: row?.approvals === true,
    contexts: row?.contexts === true,
  };
}
