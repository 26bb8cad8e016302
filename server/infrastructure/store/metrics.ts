import { sql } from 'drizzle-orm';
import { sessions } from '../../../db/schema/sessions.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { secondsOf } from '../../domain/metrics.ts';
import type { Handle } from './handle.ts';
import { meteredOf, meteredSums } from './model-calls.ts';
import { decode } from './rows.ts';

export function createMetrics(handle: Handle): Aggregates['metrics'] {
  const tally = async (table: 'sessions' | 'attempts') => {
    const rows = await handle.rows(
      sql`select status::text, count(*)::int as number from ${sql.identifier(table)} group by status`,
    );
    return Object.fromEntries(rows.map((row) => [String(row.status), Number(row.number)]));
  };

  return {
    async ofSession(sessionId) {
      // A warning is an optional task that failed; each attempt of a task after its first is a retry, but a planner's
      // further round is not.
      const [row] = await handle.rows(sql`
        select s.*, clock_timestamp() as now,
          (select count(*)::int from attempts a where a.session_id = s.id) as attempts,
          (select count(*)::int from tasks t where t.session_id = s.id and t.optional and t.status = 'failed') as warnings,
          (select coalesce(sum(greatest(t.attempt_count - 1, 0)), 0)::int from tasks t where t.session_id = s.id
            and t.kind = 'work') as again
        from sessions s where s.id = ${sessionId}::uuid`);
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such session');
      const [sums] = await handle.rows(
        sql`select ${meteredSums} from model_calls where session_id = ${sessionId}::uuid`,
      );
      const session = decode(sessions, row);
      const { usage, calls, errors } = meteredOf(sums);
      return {
        ...secondsOf(session, new Date(String(row.now))),
        usage,
        apiCalls: calls,
        apiErrors: errors,
        retries: session.retryCount + Number(row.again),
        attempts: Number(row.attempts),
        checkpoints: session.lastCheckpointSequence,
        warnings: Number(row.warnings),
      };
    },

    async totals() {
      const [row] = await handle.rows(sql`select
        (select count(*)::int from asks where status in ('open', 'escalated')) as asks,
        (select coalesce(max(cursor), 0)::text from events) as events,
        (select count(*)::int from outbox) as outbox,
        (select count(*)::text from model_calls) as calls,
        (select coalesce(sum(input_tokens::bigint + output_tokens + reasoning_tokens + cache_read_tokens + cache_write_tokens), 0)::text
          from model_calls) as tokens`);
      const number = (name: string) => Number(row?.[name] ?? 0);
      return {
        sessionsByStatus: await tally('sessions'),
        attemptsByStatus: await tally('attempts'),
        openAsks: number('asks'),
        events: number('events'),
        outbox: number('outbox'),
        tokens: number('tokens'),
        modelCalls: number('calls'),
      };
    },
  };
}
