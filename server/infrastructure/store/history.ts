import { sql } from 'drizzle-orm';
import { taskHistory } from '../../../db/schema/history.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { anyOf, decode, isId, storable } from './rows.ts';

export function createHistory(handle: Handle): Aggregates['history'] {
  return {
    async record(record) {
      await handle.db
        .insert(taskHistory)
        .values({
          ...storable({
            ...record,
            capabilities: [...record.capabilities],
            declared: [...record.declared],
            predicted: [...record.predicted],
            written: [...record.written],
          }),
          at: sql`clock_timestamp()`,
        })
        .onConflictDoNothing({ target: taskHistory.taskId });
    },

    async ofKeys(teamId, keys, { repositoryId, limitPerKey }) {
      if (keys.length === 0 || (repositoryId !== undefined && !isId(repositoryId))) return [];
      const rows = await handle.rows(sql`select * from (
          select h.*, row_number() over (partition by h.plan_key order by h.at desc, h.id desc) as nth from task_history h
          where h.team_id = ${teamId}::uuid and h.plan_key = ${anyOf(keys)}
            ${repositoryId === undefined ? sql`` : sql`and h.repository_id = ${repositoryId}::uuid`}) newest
        where nth <= ${limitPerKey}::int order by at desc, id desc`);
      return rows.map((row) => decode(taskHistory, row));
    },

    async rates(teamId) {
      // One task without a known price makes the cost unknown, never too low; without any task nothing is known.
      const [row] = await handle.rows(sql`select coalesce(sum(hours), 0)::float as hours,
          coalesce(sum(tokens), 0)::text as tokens, count(*)::int as records,
          case when bool_or(cost_usd is null) then null else sum(cost_usd)::float end as cost
        from task_history where team_id = ${teamId}::uuid`);
      return {
        hours: Number(row?.hours ?? 0),
        tokens: Number(row?.tokens ?? 0),
        costUsd: row?.cost === null || row?.cost === undefined ? null : Number(row.cost),
        records: Number(row?.records ?? 0),
      };
    },
  };
}
