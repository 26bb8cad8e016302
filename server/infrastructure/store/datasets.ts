import { type SQL, sql } from 'drizzle-orm';
import { datasetConsents, datasets } from '../../../db/schema/datasets.ts';
import type { Dataset } from '../../application/dataset-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { readCandidates } from './dataset-candidates.ts';
import { createDatasetSamples, offered } from './dataset-samples.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { anyOf, decode, isId } from './rows.ts';

const open = sql`status in ('pending', 'queued', 'running', 'evaluating')`;
const whole = sql`d.*, (select count(*)::int from dataset_samples x where x.dataset_id = d.id) as total,
  (select count(*)::int from dataset_samples x where x.dataset_id = d.id and x.written_at is not null) as done,
  (select count(*)::int from dataset_samples x where x.dataset_id = d.id and ${offered('x')}) as offered`;

export function createDatasets(handle: Handle): Aggregates['datasets'] {
  async function one(where: SQL): Promise<Dataset | null> {
    const [row] = await handle.rows(sql`select ${whole} from datasets d where ${where}`);
    return row === undefined ? null : datasetOf(row);
  }

  const until = (seconds: number) => sql`clock_timestamp() + make_interval(secs => ${seconds}::float)`;

  return {
    ...createDatasetSamples(handle),
    candidates: (teamId) => readCandidates(handle, teamId),

    async consent(teamId) {
      const [row] = await handle.rows(sql`select * from dataset_consents where team_id = ${teamId}::uuid`);
      return row === undefined ? null : decode(datasetConsents, row);
    },

    async saveConsent(teamId, given, by, version) {
      const [row] = await handle.rows(sql`insert into dataset_consents (team_id, given, changed_by)
        select ${teamId}::uuid, ${given}::boolean, ${by}::uuid
          where ${version}::int = coalesce((select version from dataset_consents where team_id = ${teamId}::uuid), 0)
        on conflict (team_id) do update set given = excluded.given, changed_by = excluded.changed_by,
          changed_at = clock_timestamp(), version = dataset_consents.version + 1
          where dataset_consents.version = ${version}::int
        returning *`);
      if (row === undefined) throw new DomainError('CONFLICT', 'Somebody else changed the consent meanwhile.');
      return decode(datasetConsents, row);
    },

    async create({ id, teamId, name, licence, rules, createdBy }) {
      await handle.rows(sql`insert into datasets (id, team_id, name, licence, rules, created_by)
        values (${id}::uuid, ${teamId}::uuid, ${name}, ${licence}, ${json(rules)}, ${createdBy}::uuid)`);
      return there(await one(sql`d.id = ${id}::uuid`));
    },

    get: async (teamId, id) => (isId(id) ? one(sql`d.id = ${id}::uuid and d.team_id = ${teamId}::uuid`) : null),

    async list(teamId) {
      const rows = await handle.rows(sql`select ${whole} from datasets d where d.team_id = ${teamId}::uuid
        order by d.created_at desc, d.id`);
      return rows.map(datasetOf);
    },

    async remove(teamId, id) {
      const rows = await handle.rows(
        sql`delete from datasets where id = ${id}::uuid and team_id = ${teamId}::uuid returning id`,
      );
      if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such dataset.');
    },

    async move(id, from, to, { reason = null, leftOut } = {}) {
      const ends = to === 'completed' || to === 'failed' || to === 'cancelled';
      const rows = await handle.rows(sql`update datasets set status = ${to}, reason = ${reason}, version = version + 1,
          left_out = ${leftOut === undefined ? sql`left_out` : json(leftOut)},
          started_at = case when ${to === 'running'} then coalesce(started_at, clock_timestamp())
            when ${to === 'pending'} then null else started_at end,
          card = case when ${to === 'pending'} then null else card end,
          files = case when ${to === 'pending'} then null else files end,
          seal = case when ${to === 'pending'} then null else seal end,
          ended_at = case when ${ends} then clock_timestamp() else null end,
          claimed_by = case when ${ends} then null else claimed_by end,
          claimed_until = case when ${ends} then null else claimed_until end
        where id = ${id}::uuid and status = ${from} returning id`);
      if (rows.length === 0) throw new DomainError('CONFLICT', 'The dataset has moved on meanwhile.');
      return there(await one(sql`d.id = ${id}::uuid`));
    },

    withdraw: (teamId, reason) =>
      handle.atomically(async (tx) => {
        const cancelled = await tx.rows(sql`update datasets set status = 'cancelled', reason = ${reason},
            ended_at = clock_timestamp(), claimed_by = null, claimed_until = null, version = version + 1
          where team_id = ${teamId}::uuid and ${open} returning id`);
        const samples = await tx.rows(
          sql`delete from dataset_samples where team_id = ${teamId}::uuid returning dataset_id`,
        );
        const emptied = await tx.rows(sql`update datasets set withdrawn_at = clock_timestamp(), files = null,
            version = version + 1
          where team_id = ${teamId}::uuid and status = 'completed' and withdrawn_at is null returning id`);
        return { cancelled: cancelled.length, emptied: emptied.length, samples: samples.length };
      }),

    async claim(id, owner, seconds) {
      const rows = await handle.rows(sql`update datasets set claimed_by = ${owner}, claimed_until = ${until(seconds)}
        where id = ${id}::uuid and ${open} and (claimed_until is null or claimed_until < clock_timestamp()) returning id`);
      return rows.length === 0 ? null : one(sql`d.id = ${id}::uuid`);
    },

    async hold(id, owner, seconds) {
      const rows = await handle.rows(sql`update datasets set claimed_until = ${until(seconds)}
        where id = ${id}::uuid and ${open} and claimed_by = ${owner} returning id`);
      return rows.length === 0 ? null : one(sql`d.id = ${id}::uuid`);
    },

    async unclaimed(limit) {
      const rows = await handle.rows(sql`select id from datasets where ${open}
        and (claimed_until is null or claimed_until < clock_timestamp()) order by created_at limit ${limit}::int`);
      return rows.map(({ id }) => String(id));
    },

    async release(owners) {
      await handle.rows(sql`update datasets set claimed_by = null, claimed_until = null
        where ${open} and claimed_by = ${anyOf(owners)}`);
    },

    async seal(id, { card, files, seal }) {
      await handle.rows(sql`update datasets set card = ${json(card)}, files = ${json(files)}, seal = ${seal},
        version = version + 1 where id = ${id}::uuid and withdrawn_at is null`);
      return there(await one(sql`d.id = ${id}::uuid`));
    },

    async noteDownload(id) {
      await handle.rows(sql`update datasets set downloads = downloads + 1, downloaded_at = clock_timestamp()
        where id = ${id}::uuid`);
    },
  };
}

function datasetOf(row: Row): Dataset {
  const { claimedBy: _by, claimedUntil: _until, ...dataset } = decode(datasets, row);
  return { ...dataset, total: Number(row.total), done: Number(row.done), offered: Number(row.offered) };
}

function there(dataset: Dataset | null): Dataset {
  if (dataset === null) throw new DomainError('NOT_FOUND', 'There is no such dataset.');
  return dataset;
}
