import { desc, eq } from 'drizzle-orm';
import { routingDecisions } from '../../../db/schema/attempts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

export function createRouting(handle: Handle): Aggregates['routing'] {
  return {
    async insert(decision) {
      await handle.db.insert(routingDecisions).values(storable(decision));
    },
    byTask(taskId) {
      return handle.db
        .select()
        .from(routingDecisions)
        .where(eq(routingDecisions.taskId, taskId))
        .orderBy(desc(routingDecisions.createdAt), desc(routingDecisions.id));
    },
  };
}
