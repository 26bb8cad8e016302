import { type SQL, sql } from 'drizzle-orm';
import { repositories } from '../../../db/schema/repositories.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Repository } from '../../application/team-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { isActive, sessionStatuses } from '../../domain/session.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, assignments, decode, isId, list, storable } from './rows.ts';

const active = sessionStatuses.filter(isActive);

export function createRepositories(handle: Handle): Aggregates['repositories'] {
  const living = (teamId: string, id: string): SQL =>
    sql`team_id = ${teamId}::uuid and id = ${id}::uuid and deleted_at is null`;

  async function get(teamId: string, id: string, options: { removed?: boolean } = {}): Promise<Repository | null> {
    const which = options.removed ? sql`team_id = ${teamId}::uuid and id = ${id}::uuid` : living(teamId, id);
    const [row] = isId(id) ? await handle.rows(sql`select * from repositories where ${which}`) : [];
    return row === undefined ? null : repositoryOf(row);
  }

  return {
    async create(repository) {
      await handle.db.insert(repositories).values(storable(repository));
      const stored = await get(repository.teamId, repository.id);
      if (stored === null) throw new DomainError('INTERNAL', 'The repository was not stored');
      return stored;
    },

    get,

    async list(teamId, page) {
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(
        sql`select count(*)::int as total from repositories where team_id = ${teamId}::uuid and deleted_at is null`,
      );
      const rows =
        await handle.rows(sql`select * from repositories where team_id = ${teamId}::uuid and deleted_at is null
        order by name collate "C", id limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      return { items: rows.map(repositoryOf), total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    async choices(teamId) {
      const rows = await handle.rows(sql`select id, name, base_branch from repositories
        where team_id = ${teamId}::uuid and deleted_at is null order by name collate "C", id`);
      return rows.map((row) => ({ id: String(row.id), name: String(row.name), baseBranch: String(row.base_branch) }));
    },

    all: async () => (await handle.rows(sql`select * from repositories order by created_at, id`)).map(repositoryOf),

    async update(teamId, id, patch, version) {
      const found = isId(id);
      const [row] = found
        ? await handle.rows(sql`update repositories set ${list([sql`version = version + 1`, ...assignments(repositories, patch)])}
            where ${living(teamId, id)} ${version === undefined ? sql`` : sql`and version = ${version}::int`} returning *`)
        : [];
      if (row !== undefined) return repositoryOf(row);
      const now = found ? await get(teamId, id) : null;
      if (now === null) throw new DomainError('NOT_FOUND', 'There is no such repository');
      throw new DomainError('CONFLICT', `The repository has changed meanwhile: it is at version ${now.version}`, {
        details: { version: now.version },
      });
    },

    async remove(teamId, id) {
      const rows = isId(id)
        ? await handle.rows(
            sql`update repositories r set deleted_at = clock_timestamp() where ${living(teamId, id)}
              and not exists (select 1 from sessions s where s.repository_id = r.id and s.deleted_at is null
                and s.status::text = ${anyOf(active)}) returning r.id`,
          )
        : [];
      if (rows.length > 0) return;
      if ((await get(teamId, id)) === null) throw new DomainError('NOT_FOUND', 'There is no such repository');
      throw new DomainError('CONFLICT', 'A session on this repository is still active; stop or cancel it first');
    },
  };
}

/** A row as the rest of the program knows it; a removed one too. */
export function repositoryOf(row: Row): Repository {
  const { deletedAt: _, ...repository } = decode(repositories, row);
  return repository;
}
