import { type SQL, sql } from 'drizzle-orm';
import { webhooks } from '../../../db/schema/webhooks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { DeliveryCounts, Webhook } from '../../application/webhook-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { assignments, isId, list, storable } from './rows.ts';
import { createDeliveries } from './webhook-deliveries.ts';
import { webhookOf } from './webhook-row.ts';

const gone = () => new DomainError('NOT_FOUND', 'There is no such webhook');

export function createWebhooks(handle: Handle): Aggregates['webhooks'] {
  const living = (teamId: string, id: string): SQL =>
    sql`id = ${id}::uuid and team_id = ${teamId}::uuid and removed_at is null`;

  async function get(teamId: string, id: string): Promise<Webhook | null> {
    if (!isId(id)) return null;
    const [row] = await handle.rows(sql`select * from webhooks where ${living(teamId, id)}`);
    return row === undefined ? null : webhookOf(row);
  }

  return {
    ...createDeliveries(handle),
    get,

    async create(webhook) {
      const { id, teamId, name, url, types, enabled, createdBy, secret } = storable(webhook);
      const [row] =
        await handle.rows(sql`insert into webhooks (id, team_id, name, url, types, enabled, created_by, secret)
        values (${id}::uuid, ${teamId}::uuid, ${name}, ${url}, ${sql.param(types, webhooks.types)}, ${enabled}::boolean,
          ${createdBy}::uuid, ${secret}) returning *`);
      if (row === undefined) throw new DomainError('INTERNAL', 'The webhook was not stored');
      return webhookOf(row);
    },

    async list(teamId) {
      const rows = await handle.rows(sql`select * from webhooks where team_id = ${teamId}::uuid and removed_at is null
        order by name collate "C", id`);
      return rows.map(webhookOf);
    },

    async update(teamId, id, patch, version) {
      const fresh =
        patch.enabled === true
          ? [sql`disabled_reason = null`, sql`failures_in_a_row = 0`, sql`circuit_open_until = null`]
          : [];
      const changes = list([sql`version = version + 1`, ...fresh, ...assignments(webhooks, patch)]);
      const [row] = await handle.rows(sql`update webhooks set ${changes} where ${living(teamId, id)}
        ${version === undefined ? sql`` : sql`and version = ${version}::int`} returning *`);
      if (row !== undefined) return webhookOf(row);
      const now = await get(teamId, id);
      if (now === null) throw gone();
      throw new DomainError('CONFLICT', `The webhook has changed meanwhile: it is at version ${now.version}`, {
        details: { version: now.version },
      });
    },

    async remove(teamId, id) {
      await handle.atomically(async (tx) => {
        const rows = await tx.rows(sql`update webhooks set removed_at = clock_timestamp(), enabled = false
          where ${living(teamId, id)} returning id`);
        if (rows.length === 0) throw gone();
        await tx.rows(
          sql`delete from webhook_deliveries where webhook_id = ${id}::uuid and status in ('pending', 'failed')`,
        );
      });
    },

    async sealed(teamId, id) {
      const [row] = await handle.rows(sql`select secret from webhooks where ${living(teamId, id)}`);
      return row === undefined ? null : { secret: String(row.secret) };
    },

    async rotate(teamId, id, { from, secret, previousSecret, overlapSeconds }) {
      const [row] = await handle.rows(sql`update webhooks set version = version + 1, secret = ${secret},
          previous_secret = ${previousSecret}, previous_until = clock_timestamp() + make_interval(secs => ${overlapSeconds}::float)
        where ${living(teamId, id)} and secret = ${from} returning *`);
      if (row === undefined) throw new DomainError('CONFLICT', 'The secret has just been changed by somebody else');
      return webhookOf(row);
    },

    async disable(id, reason) {
      await handle.rows(sql`update webhooks set enabled = false, disabled_reason = ${reason}, version = version + 1
        where id = ${id}::uuid and enabled`);
    },

    async counts(teamId) {
      const rows = await handle.rows(sql`select webhook_id, status, count(*)::int as number from webhook_deliveries
        where webhook_id in (select id from webhooks where team_id = ${teamId}::uuid and removed_at is null)
        group by webhook_id, status`);
      const counts: Record<string, DeliveryCounts> = {};
      for (const row of rows) {
        const id = String(row.webhook_id);
        counts[id] ??= { pending: 0, failed: 0, delivered: 0, dead: 0 };
        counts[id][row.status as keyof DeliveryCounts] = Number(row.number);
      }
      return counts;
    },
  };
}
