import { type SQL, sql } from 'drizzle-orm';
import { modelCalls } from '../../../db/schema/attempts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { emptyUsage, type Usage } from '../../domain/metrics.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

/** Sums over metered calls. One call without a known price makes the cost unknown, never too low. */
export const meteredSums: SQL = sql`
  coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(output_tokens), 0)::text as output_tokens,
  coalesce(sum(reasoning_tokens), 0)::text as reasoning_tokens, coalesce(sum(cache_read_tokens), 0)::text as cache_read_tokens,
  coalesce(sum(cache_write_tokens), 0)::text as cache_write_tokens,
  case when bool_or(cost_usd is null and status < 400) then null else coalesce(sum(cost_usd), 0)::float end as cost_usd,
  count(*)::int as calls, count(reported_key)::int as reported, count(*) filter (where status >= 400 or error_class is not null)::int as errors`;

/** A row of `meteredSums`. */
export function meteredOf(row: Record<string, unknown> | undefined): {
  usage: Usage;
  calls: number;
  errors: number;
  reported: number;
} {
  if (row === undefined) return { usage: emptyUsage, calls: 0, errors: 0, reported: 0 };
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    usage: {
      inputTokens: number('input_tokens'),
      outputTokens: number('output_tokens'),
      reasoningTokens: number('reasoning_tokens'),
      cacheReadTokens: number('cache_read_tokens'),
      cacheWriteTokens: number('cache_write_tokens'),
      costUsd: row.cost_usd === null ? null : number('cost_usd'),
    },
    calls: number('calls'),
    errors: number('errors'),
    reported: number('reported'),
  };
}

export function createModelCalls(handle: Handle): Aggregates['modelCalls'] {
  const sums = async (where: SQL) => {
    const [row] = await handle.rows(sql`select ${meteredSums} from model_calls where ${where}`);
    return meteredOf(row);
  };

  return {
    async record(call) {
      await handle.db.insert(modelCalls).values(storable(call));
    },
    async report({ key, ...call }) {
      await handle.db
        .insert(modelCalls)
        .values(storable({ ...call, reportedKey: key }))
        .onConflictDoNothing();
    },
    ofAttempt: (attemptId) => sums(sql`attempt_id = ${attemptId}::uuid`),
    ofSession: (sessionId) => sums(sql`session_id = ${sessionId}::uuid`),
    async tokensThisMonth(teamId) {
      const [row] = await handle.rows(sql`select coalesce(sum(input_tokens::bigint + output_tokens + reasoning_tokens
          + cache_read_tokens + cache_write_tokens), 0)::text as tokens from model_calls
        where team_id = ${teamId}::uuid and at >= date_trunc('month', clock_timestamp() at time zone 'UTC') at time zone 'UTC'`);
      return Number(row?.tokens ?? 0);
    },
  };
}
