import { sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { isId } from './rows.ts';

type Figures = Pick<Aggregates['budgets'], 'usual' | 'standing'>;

/** What the ledger shows of runs: those that are over, and the one that asks. */
export function createBudgetFigures(handle: Handle): Figures {
  return {
    async usual(agentId) {
      const [row] = isId(agentId)
        ? await handle.rows(sql`select count(*)::int as samples, coalesce(avg(tokens), 0)::float as tokens,
            avg(cost)::float as cost from (
              select e.settled_tokens as tokens, e.settled_cost_usd as cost
              from attempts f join budget_entries e on e.attempt_id = f.id
              where f.agent_id = ${agentId}::uuid and e.settled_attempts > 0
              order by e.settled_at desc limit 50) recent`)
        : [];
      return { samples: Number(row?.samples ?? 0), tokens: Number(row?.tokens ?? 0), costUsd: priceOf(row?.cost) };
    },

    async standing(attemptId) {
      const [row] = isId(attemptId)
        ? await handle.rows(sql`select f.session_id, f.cut_off, e.tokens::text as tokens, e.cost_usd, e.attempts, e.seconds,
            (s.parent_id is not null or jsonb_typeof(s.budget -> 'wallSeconds') = 'number') as timed,
            used.tokens::text as used_tokens, used.cost as used_cost
          from budget_entries e join attempts f on f.id = e.attempt_id join sessions s on s.id = f.session_id
          cross join lateral (
            select coalesce(sum(c.input_tokens::bigint + c.output_tokens + c.reasoning_tokens + c.cache_read_tokens
                + c.cache_write_tokens), 0) as tokens,
              case when bool_or(c.cost_usd is null and c.status < 400) then null
                else coalesce(sum(c.cost_usd), 0)::float end as cost
            from model_calls c where c.attempt_id = e.attempt_id) used
          where e.attempt_id = ${attemptId}::uuid and e.settled_at is null`)
        : [];
      if (row === undefined) return null;
      return {
        sessionId: String(row.session_id),
        reserved: {
          tokens: Number(row.tokens),
          costUsd: priceOf(row.cost_usd),
          attempts: Number(row.attempts),
          seconds: Number(row.seconds),
        },
        used: { tokens: Number(row.used_tokens), costUsd: priceOf(row.used_cost) },
        timed: row.timed === true,
        cutOff: row.cut_off === null ? null : String(row.cut_off),
      };
    },
  };
}

const priceOf = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
