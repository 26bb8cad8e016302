import { type SQL, sql } from 'drizzle-orm';
import { fromDrizzle, fromPglite, type Job, PgBoss } from 'pg-boss';
import type { Database } from '../../db/client.ts';
import { appRole } from '../../db/roles.ts';
import type { Logger } from '../log.ts';
import type { Handle } from './store/handle.ts';
import type { Enqueue } from './store/store.ts';

const deliveries = 'webhooks';
const curations = 'datasets';
const chores = 'chores';
// A delivery put on the queue wakes its worker; polling finds those whose time has come.
const usualPollSeconds = 8;
const stopMs = 11_000;

export interface Chore {
  /** In UTC. */
  readonly cron: string;
  run(): Promise<unknown>;
}

export interface Jobs {
  /** Joins the transaction of the handle. Before the queue is open it does nothing: what is owed is found by the sweep. */
  readonly enqueue: Enqueue;
  start(work: {
    deliver(id: string): Promise<void>;
    curate(id: string): Promise<void>;
    chores: Readonly<Record<string, Chore>>;
  }): Promise<void>;
  /** Puts one chore on the queue at once. */
  run(chore: string): Promise<void>;
  /** Nothing new is begun; what runs may end. */
  stop(): Promise<void>;
}

/** The queue of outside work and upkeep, in a schema of its own beside the application's tables (decision 013). */
export function createJobs(options: {
  database: Pick<Database, 'embedded' | 'db'>;
  databaseUrl: string | null;
  log: Logger;
  pollSeconds?: number;
}): Jobs {
  const { database, databaseUrl, log, pollSeconds = usualPollSeconds } = options;
  const boss = new PgBoss({
    ...(database.embedded === null
      ? { connectionString: databaseUrl ?? '', max: 3, application_name: 'opencode-orchestrator-jobs' }
      : { db: fromPglite(database.embedded), backend: 'pglite' as const }),
    useListenNotify: true,
    // Idle cost and old rows are what makes it slow: few looks, and finished jobs go soon.
    cronWorkerIntervalSeconds: 30,
    flowIntervalSeconds: 300,
    notifyHeartbeatIntervalMs: 30_000,
    maintenanceIntervalSeconds: 300,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', (error) => log.error({ err: error }, 'The job queue met a failure'));
  let open = false;

  return {
    async enqueue(handle, jobs) {
      if (!open || jobs.length === 0) return;
      const within = { db: fromDrizzle(through(handle), sql) };
      const queued = jobs.flatMap((job) => ('deliveryId' in job ? [job] : []));
      if (queued.length > 0)
        await boss.insert(
          deliveries,
          queued.map(({ deliveryId, afterSeconds }) => ({
            data: { deliveryId },
            ...(afterSeconds === undefined ? {} : { startAfter: Math.ceil(afterSeconds) }),
          })),
          within,
        );
      const written = jobs.flatMap((job) => ('datasetId' in job ? [{ data: { datasetId: job.datasetId } }] : []));
      if (written.length > 0) await boss.insert(curations, written, within);
    },

    async start(work) {
      await boss.start();
      const kept = { deleteAfterSeconds: 300, retryLimit: 3, retryDelay: 5 };
      await boss.createQueue(deliveries, { ...kept, expireInSeconds: 60, notify: true });
      // Written piece by piece: what is over before its end is found by the sweep and goes on where it was.
      await boss.createQueue(curations, { ...kept, retryLimit: 0, expireInSeconds: 3_600, notify: true });
      await boss.createQueue(chores, { ...kept, retryLimit: 1, expireInSeconds: 3_600, notify: true });
      // What is owed is put on the queue in the transaction of whoever owes it, also by a request's.
      if (database.embedded === null)
        await database.db.execute(
          sql.raw(`do $$ begin if exists (select 1 from pg_roles where rolname = '${appRole}') then
            grant usage on schema pgboss to ${appRole};
            grant select, insert, update, delete on all tables in schema pgboss to ${appRole}; end if; end $$`),
        );
      for (const [key, { cron }] of Object.entries(work.chores))
        await boss.schedule(chores, cron, { chore: key }, { key, tz: 'UTC', singletonKey: key, missed: 'once' });
      await boss.work(
        deliveries,
        {
          batchSize: 8,
          localConcurrency: 2,
          burstWhenBatchFull: true,
          perJobResults: true,
          pollingIntervalSeconds: pollSeconds,
          notifyPollingIntervalSeconds: pollSeconds,
        },
        (batch: Job<{ deliveryId: string }>[]) =>
          Promise.all(
            batch.map(async ({ id, data }) => {
              try {
                await work.deliver(data.deliveryId);
                return { id, status: 'completed' as const };
              } catch (error) {
                log.error({ err: error, deliveryId: data.deliveryId }, 'A delivery could not be tried');
                return { id, status: 'failed' as const };
              }
            }),
          ),
      );
      const seldom = { pollingIntervalSeconds: pollSeconds, notifyPollingIntervalSeconds: 30 };
      await boss.work<{ chore: string }>(chores, seldom, async (batch) => {
        for (const { data } of batch) {
          const began = performance.now();
          const found = await work.chores[data.chore]?.run();
          log.info({ chore: data.chore, found, ms: Math.round(performance.now() - began) }, 'A chore is done');
        }
      });
      await boss.work<{ datasetId: string }>(
        curations,
        { pollingIntervalSeconds: pollSeconds, notifyPollingIntervalSeconds: 30 },
        async (batch) => {
          for (const { data } of batch) await work.curate(data.datasetId);
        },
      );
      open = true;
    },

    async run(chore) {
      await boss.send(chores, { chore });
    },

    async stop() {
      open = false;
      await boss.stop({ graceful: true, timeout: stopMs });
    },
  };
}

/** The queue's own statements, inside the transaction of the handle. */
function through(handle: Handle) {
  return { execute: async (statement: SQL) => ({ rows: await handle.rows(statement) }) };
}
