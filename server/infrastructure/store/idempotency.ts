import { type SQL, sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import { silentSeconds } from '../../domain/instance.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';

export function createIdempotency(handle: Handle): Aggregates['idempotency'] {
  const key = (teamId: string, actorId: string, name: string): SQL =>
    sql`team_id = ${teamId}::uuid and actor_id = ${actorId} and key = ${name}`;

  return {
    async begin(teamId, actorId, name, bodyHash, runner) {
      for (;;) {
        // A key older than a day is as good as none: it is taken over with the new body.
        const taken = await handle.rows(sql`insert into idempotency_keys (team_id, actor_id, key, body_hash, runner)
          values (${teamId}::uuid, ${actorId}, ${name}, ${bodyHash}, ${runner})
          on conflict (team_id, actor_id, key) do update
            set body_hash = excluded.body_hash, runner = excluded.runner, status = null, response = null, created_at = clock_timestamp()
            where idempotency_keys.created_at < clock_timestamp() - interval '24 hours'
          returning key`);
        if (taken.length > 0) return { state: 'new' };
        const [row] = await handle.rows(
          sql`select body_hash, status, response::text, runner, exists (select 1 from instances i
            where i.owner = k.runner and not i.stopping
              and i.last_seen_at > clock_timestamp() - make_interval(secs => ${silentSeconds})) as lives
          from idempotency_keys k where ${key(teamId, actorId, name)}`,
        );
        // Forgotten between the two statements: try once more to be the first.
        if (row === undefined) continue;
        if (row.body_hash !== bodyHash) return { state: 'mismatch' };
        if (row.status === null) return { state: 'running', elsewhere: row.runner !== runner && row.lives === true };
        const response: unknown = typeof row.response === 'string' ? JSON.parse(row.response) : null;
        return { state: 'done', status: Number(row.status), response };
      }
    },

    async finish(teamId, actorId, name, status, response) {
      await handle.rows(sql`update idempotency_keys set status = ${status}::int, response = ${json(response ?? null)}
        where ${key(teamId, actorId, name)}`);
    },

    async forget(teamId, actorId, name) {
      await handle.rows(sql`delete from idempotency_keys where ${key(teamId, actorId, name)} and status is null`);
    },

    async prune() {
      const [row] = await handle.rows(sql`with old as (delete from idempotency_keys
        where created_at < clock_timestamp() - interval '24 hours' returning 1)
        select count(*)::int as number from old`);
      return Number(row?.number ?? 0);
    },
  };
}
