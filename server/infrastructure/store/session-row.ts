import { type SQL, sql } from 'drizzle-orm';
import { sessions } from '../../../db/schema/sessions.ts';
import type { Session } from '../../domain/session.ts';
import { fixedHealth, health, healthAtFirst, healthSteps, recoverable } from '../../domain/session-life.ts';
import type { Row } from './handle.ts';
import { decode } from './rows.ts';

/**
 * What the tasks say about a session `s` (domain.md 2.4: countable leaves, as `progress` of the domain; the planner's
 * run is none), as a lateral join. `sessionOf` reads it.
 */
export const sessionFacts: SQL = sql`lateral (
  select count(*) filter (where leaf.status = 'completed')::int as completed,
    count(*) filter (where leaf.status <> 'cancelled'
      and not (leaf.optional and leaf.status in ('failed', 'skipped')))::int as countable,
    coalesce(bool_or(leaf.attempt_count > 0 or leaf.started_at is not null), false) as ever_started
  from tasks leaf where leaf.session_id = s.id and leaf.kind = 'work'
    and not exists (select 1 from tasks child where child.session_id = s.id and child.parent_task_id = leaf.id)
) facts`;

/** The domain's `health` of a session `s` by database time, for lists that are ordered by it. */
export const sessionHealth: SQL = (() => {
  const used = sql`((extract(epoch from coalesce(now() - s.started_at, interval '0'))::float8 - s.paused_seconds)
    / s.max_duration_seconds)`;
  const words = (of: 'running' | 'degraded') =>
    [
      ...healthSteps.map((step) => `when s.status = '${of}' and share.used > ${step.past} then ${step[of]}`),
      `when s.status = '${of}' then ${healthAtFirst[of]}`,
    ].join(' ');
  const still = Object.entries(fixedHealth).map(([status, value]) => `when s.status = '${status}' then ${value}`);
  return sql`(select (case ${sql.raw([words('running'), words('degraded'), ...still].join(' '))} end)::float8
    from (select ${used} as used) share)`;
})();

/** `select s.*, facts.*` as the domain's session. */
export function sessionOf(row: Row, now = new Date()): Session {
  // A copy of sixty fields costs more than all the rest, and every hot statement comes by here: the row itself becomes it.
  const session = decode(sessions, row, 'attentionSince');
  const { attention_since: since } = row;
  return Object.assign(session, {
    attention: {
      kind: session.attention,
      since:
        typeof since === 'string'
          ? (sessions.attentionSince.mapFromDriverValue(since) as Date)
          : since instanceof Date
            ? since
            : null,
    },
    recoverable: recoverable({
      status: session.status,
      checkpoints: session.lastCheckpointSequence,
      everStarted: row.ever_started === true,
      retryCount: session.retryCount,
    }),
    health: health(session, now),
    progress: { completed: Number(row.completed ?? 0), total: Number(row.countable ?? 0) },
  });
}
