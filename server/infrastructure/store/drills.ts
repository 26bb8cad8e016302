import { sql } from 'drizzle-orm';
import { drills } from '../../../db/schema/drills.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';
import { decode, isId } from './rows.ts';

export function createDrills(handle: Handle): Aggregates['drills'] {
  return {
    async start({ id, teamId, instanceId, part, startedBy, killed, before }) {
      const [row] =
        await handle.rows(sql`insert into drills (id, team_id, instance_id, part, started_by, killed, before)
        values (${id}::uuid, ${teamId}::uuid, ${instanceId}, ${part}, ${startedBy}, ${killed}, ${json(before)}) returning *`);
      if (row === undefined) throw new DomainError('INTERNAL', 'The drill was not stored');
      return decode(drills, row);
    },

    async addReadings(id, readings) {
      await handle.rows(sql`update drills set readings = readings || ${json(readings)}
        where id = ${id}::uuid and completed_at is null`);
    },

    async complete(id, report) {
      const rows = await handle.rows(sql`update drills set report = ${json(report)}, completed_at = clock_timestamp()
        where id = ${id}::uuid and completed_at is null returning id`);
      return rows.length > 0;
    },

    async get(id) {
      const [row] = isId(id) ? await handle.rows(sql`select * from drills where id = ${id}::uuid`) : [];
      return row === undefined ? null : decode(drills, row);
    },

    async open(instanceId) {
      const rows = await handle.rows(sql`select * from drills where instance_id = ${instanceId} and completed_at is null
        order by started_at`);
      return rows.map((row) => decode(drills, row));
    },

    async list(teamId, limit) {
      const rows = await handle.rows(sql`select * from drills where team_id = ${teamId}::uuid
        order by started_at desc, id limit ${limit}::int`);
      return rows.map((row) => decode(drills, row));
    },
  };
}
