import { type SQL, sql } from 'drizzle-orm';
import { blueprints } from '../../../db/schema/blueprints.ts';
import type { StoredBlueprint } from '../../application/knowledge-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { decode, storable } from './rows.ts';

export function createBlueprints(handle: Handle): Aggregates['blueprints'] {
  const select = async (where: SQL): Promise<StoredBlueprint[]> =>
    (
      await handle.rows(sql`select b.* from blueprints b where b.removed_at is null and ${where}
        order by b.key collate "C", b.created_at desc, b.id desc`)
    ).map(blueprintOf);

  return {
    async insert(blueprint) {
      const { id, teamId, key, version, name, description, yaml, checksum, origin, createdBy } = storable(blueprint);
      // A removed version gives its place up: whoever brings it again brings it new. Later than any other, however coarse
      // the clock: the newest is the current one.
      const [row] = await handle.rows(sql`insert into blueprints
          (id, team_id, key, version, name, description, yaml, checksum, origin, created_by, created_at)
        values (${id}::uuid, ${teamId}::uuid, ${key}, ${version}, ${name}, ${description}, ${yaml}, ${checksum},
          ${json(origin)}, ${createdBy}::uuid, greatest(clock_timestamp(), (select max(created_at) + interval '1 microsecond'
            from blueprints where team_id = ${teamId}::uuid and key = ${key})))
        on conflict (team_id, key, version) do update set name = excluded.name, description = excluded.description,
          yaml = excluded.yaml, checksum = excluded.checksum, origin = excluded.origin, created_by = excluded.created_by,
          created_at = excluded.created_at, removed_at = null
        where blueprints.removed_at is not null returning *`);
      if (row !== undefined) return blueprintOf(row);
      const [known] = await select(sql`b.team_id = ${teamId}::uuid and b.key = ${key} and b.version = ${version}`);
      if (known?.yaml === yaml) return known;
      throw new DomainError('CONFLICT', `${key} has a version ${version} with another text: give the new one its own`, {
        details: { key, version, checksum: known?.checksum ?? null },
      });
    },

    async current(teamId) {
      const seen = new Set<string>();
      const all = await select(sql`b.team_id = ${teamId}::uuid`);
      return all.filter(({ key }) => !seen.has(key) && seen.add(key));
    },

    versions: (teamId, key) => select(sql`b.team_id = ${teamId}::uuid and b.key = ${key}`),

    async remove(teamId, key) {
      const rows = await handle.rows(sql`update blueprints set removed_at = clock_timestamp()
        where team_id = ${teamId}::uuid and key = ${key} and removed_at is null returning id`);
      return rows.length > 0;
    },
  };
}

function blueprintOf(row: Row): StoredBlueprint {
  const { removedAt: _, ...blueprint } = decode(blueprints, row);
  return blueprint;
}
