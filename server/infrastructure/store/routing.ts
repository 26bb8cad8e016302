import { asc, desc, eq, sql } from 'drizzle-orm';
import { routingDecisions } from '../../../db/schema/attempts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';
import { decode, isId, storable } from './rows.ts';

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

    ofSession(sessionId) {
      return handle.db
        .select()
        .from(routingDecisions)
        .where(eq(routingDecisions.sessionId, sessionId))
        .orderBy(asc(routingDecisions.createdAt), asc(routingDecisions.id));
    },

    async recent(teamId, { since, agentId, limit }) {
      if (agentId !== undefined && !isId(agentId)) return [];
      const rows = await handle.rows(sql`select d.*, s.slug, t.title from routing_decisions d
        join sessions s on s.id = d.session_id join tasks t on t.id = d.task_id
        where d.team_id = ${teamId}::uuid
          ${since === undefined ? sql`` : sql`and d.created_at >= ${since.toISOString()}::timestamptz`}
          ${agentId === undefined ? sql`` : sql`and d.candidates @> ${json([{ agentId }])}`}
        order by d.created_at desc, d.id desc limit ${limit}::int`);
      return rows.map((row) => ({
        ...decode(routingDecisions, row),
        sessionSlug: String(row.slug),
        taskTitle: String(row.title),
      }));
    },
  };
}
