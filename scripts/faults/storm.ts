// Three instances, real sessions, and something dies every few seconds: the centrepiece of `npm run faults`.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import type { App } from '../../e2e/support/app.ts';
import { createInstallation, type Installation } from '../../e2e/support/installation.ts';
import { type RestClient, restClient, type TimelineEvent } from '../../e2e/support/rest.ts';
import { startWriters } from '../../e2e/support/writers.ts';
import { startOwnPostgres } from '../postgres.ts';
import { startOwnRedis } from '../redis.ts';
import { percentile } from './storm-checks.ts';
import { conclude } from './storm-conclusion.ts';
import { blueprint, files, prompt } from './storm-work.ts';

export interface StormOptions {
  readonly instances: number;
  readonly sessions: number;
  readonly killEverySeconds: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
  /** Ends it early; what is there by then is judged. */
  readonly interrupted: AbortSignal;
}

export interface StormReport {
  readonly sessions: number;
  readonly completed: number;
  readonly kills: number;
  readonly postgresRestarts: number;
  readonly redisFlushes: number;
  readonly takeovers: number;
  readonly acknowledged: number;
  readonly transitions: number;
  readonly events: number;
  readonly lost: string[];
  readonly duplicated: string[];
  readonly wrong: string[];
  readonly seconds: number;
  /** From a kill until the instance was ready again, in seconds. */
  readonly readyAgain: { p50: number; p99: number };
  /** From a kill until each session that instance ran had a living owner again, in seconds. */
  readonly ownedAgain: { p50: number; p99: number; of: number };
}

interface Instance {
  readonly house: Installation;
  readonly api: RestClient;
  app: App;
}

export async function storm(options: StormOptions): Promise<StormReport> {
  const { say } = options;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await run(options, undo);
  } finally {
    say('Ending what was started');
    for (const end of undo.reverse()) await end().catch((error: unknown) => say(`An end failed: ${String(error)}`));
  }
}

async function run(options: StormOptions, undo: (() => Promise<unknown>)[]): Promise<StormReport> {
  const { say } = options;
  const database = await startOwnPostgres({ fsync: true });
  undo.push(() => database.stop());
  const redis = await startOwnRedis();
  undo.push(() => redis.stop());
  const key = randomBytes(32).toString('base64');
  const knobs = { REDIS_URL: redis.url, ENCRYPTION_KEY: key, SUPERVISED: '1', LOG_LEVEL: 'warn' };
  const instances: Instance[] = [];
  let token = '';
  for (let number = 0; number < options.instances; number += 1) {
    const house = await createInstallation({ databaseUrl: database.url });
    undo.push(() => house.close());
    const app = await house.start(knobs);
    if (token === '')
      token = await house.token(
        ['sessions', 'repositories', 'asks', 'blueprints', 'contexts'].flatMap((one) => [
          `${one}:read`,
          `${one}:write`,
        ]),
      );
    instances.push({ house, app, api: restClient(house.url, token) });
    say(`Instance ${number + 1} is ready at ${house.url}`);
  }
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  undo.push(() => sql.end({ timeout: 2 }));
  await sql`update teams set max_active_sessions = 200, max_parallel_attempts = 6`;

  // Whoever answers: a client goes on to the next instance when one is away, as a load balancer would.
  const anyOne = <T>(work: (api: RestClient) => Promise<T>): Promise<T> => tryAll(instances, work);
  await anyOne((api) => api.ok('POST', '/blueprints', { body: { yaml: blueprint } }));
  const sources: string[] = [];
  const repositories: string[] = [];
  const first = instances[0] as Instance;
  for (let number = 0; number < 6; number += 1) {
    const source = await first.house.repository(`work-${number}`);
    sources.push(source);
    repositories.push((await anyOne((api) => api.register(source, { verify: ['node check.js'] }))).id);
  }
  const context = await anyOne((api) =>
    api.ok<{ id: string }>('POST', '/contexts', { body: { scope: 'global', name: 'storm' } }),
  );

  const began = Date.now();
  const created: { id: string; slug: string; source: string }[] = [];
  for (let number = 0; number < options.sessions; number += 1) {
    const { api } = instances[number % instances.length] as Instance;
    const repositoryId = repositories[number % repositories.length];
    const session = await api.create({ title: `Add a trio ${number + 1}`, repositoryId, blueprint: 'trio', prompt });
    created.push({ id: session.id, slug: session.slug, source: sources[number % sources.length] ?? '' });
  }
  say(`${created.length} sessions are queued`);
  const writers = startWriters(
    instances.map(({ api }) => api),
    context.id,
  );
  const seen = new Map<string, TimelineEvent>();
  const readyAgain: number[] = [];
  const ownedAgain: number[] = [];
  let kills = 0;
  let over = false;

  const starting = new Set<Instance>();
  const endedAlone: string[] = [];

  /** As a supervisor does it: a start that finds no database ends, and is made again. */
  async function revive(one: Instance, at: number): Promise<void> {
    starting.add(one);
    try {
      for (let tries = 1; ; tries += 1)
        try {
          one.app = await one.house.start(knobs);
          readyAgain.push((Date.now() - at) / 1000);
          return;
        } catch (error) {
          if (over) return;
          if (tries === 5) {
            endedAlone.push(`a start failed: ${String(error).slice(0, 400)}`);
            return;
          }
          await delay(1_000);
        }
    } finally {
      starting.delete(one);
    }
  }

  async function killer(): Promise<void> {
    const victims: Promise<void>[] = [];
    let postgresRestarted = false;
    let redisFlushed = false;
    for (let turn = 0; !over; turn += 1) {
      for (let waited = 0; waited < options.killEverySeconds && !over; waited += 0.5) await delay(500);
      if (over) break;
      if (turn === 3 && !redisFlushed) {
        redisFlushed = true;
        const client = new Redis(redis.url);
        await client.flushall();
        client.disconnect();
        say('Redis was flushed');
      }
      if (turn === 5 && !postgresRestarted) {
        postgresRestarted = true;
        await database.halt('immediate');
        await delay(1_000);
        await database.start();
        say('PostgreSQL was restarted');
      }
      const number = turn % instances.length;
      const victim = instances[number] as Instance;
      for (const one of instances) {
        if (one.app.running() || starting.has(one)) continue;
        const last = one.app.output().trim().split('\n').at(-1)?.slice(0, 400);
        endedAlone.push(`an instance ended by itself: ${last}`);
        say(`Instance ${instances.indexOf(one) + 1} had ended by itself`);
        victims.push(revive(one, Date.now()));
      }
      if (!victim.app.running()) continue;
      const owned = await sql`select s.id, s.epoch from sessions s join instances i on i.owner = s.owner
        where i.url like ${`%:${victim.house.port}`} and s.status in ('running', 'degraded')`;
      const at = Date.now();
      await victim.app.kill();
      kills += 1;
      victims.push(
        revive(victim, at),
        ...owned.map(async ({ id, epoch }) => {
          for (;;) {
            const [row] = await sql`select epoch > ${Number(epoch)} and owner is not null
              or status not in ('running', 'degraded', 'queued') as settled from sessions where id = ${String(id)}::uuid`.catch(
              () => [],
            );
            if (row?.settled) break;
            await delay(200);
          }
          ownedAgain.push((Date.now() - at) / 1000);
        }),
      );
      say(`Killed instance ${number + 1} with ${owned.length} sessions`);
    }
    await Promise.all(victims);
  }

  /** A reviewer may be given the command: whoever asks is allowed it, as a person on duty would. */
  async function answerer(): Promise<void> {
    for (; !over; await delay(2_000)) {
      await tryAll(instances, async (api) => {
        const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/asks?status=open&limit=100');
        for (const { id } of items) await api.call('POST', `/asks/${id}/answer`, { body: { decision: 'once' } });
      }).catch(() => undefined);
    }
  }

  async function watcher(): Promise<void> {
    const after = new Map<string, number>();
    for (let turn = 0; !over; turn += 1) {
      const { api } = instances[turn % instances.length] as Instance;
      for (const { id } of created) {
        if (over) return;
        const path = `/sessions/${id}/events?after=${after.get(id) ?? 0}&limit=100`;
        const reply = await api.call('GET', path).catch(() => null);
        if (reply?.status !== 200) break;
        for (const event of (reply.body as { items: TimelineEvent[] }).items) {
          seen.set(event.id, event);
          after.set(id, event.seq ?? 0);
        }
      }
      await delay(1_000);
    }
  }

  const running = Promise.all([killer(), watcher(), answerer()]);
  const end = began + options.minutes * 60_000;
  let completed = 0;
  while (Date.now() < end && !options.interrupted.aborted) {
    await delay(2_000);
    const rows = await sql`select status, count(*)::int as count from sessions group by status`.catch(() => []);
    const told = rows.map(({ status, count }) => `${status} ${count}`).join(', ');
    if (told !== '') say(`${Math.round((Date.now() - began) / 1000)} s: ${told}`);
    completed = Number(rows.find(({ status }) => status === 'completed')?.count ?? completed);
    const open = rows.filter(({ status }) =>
      ['pending', 'queued', 'running', 'degraded', 'paused'].includes(String(status)),
    );
    if (rows.length > 0 && open.length === 0) break;
  }
  const seconds = (Date.now() - began) / 1000;
  over = true;
  await running;
  await writers.stop();
  say('All is over; looking at what is there');
  const found = await conclude({
    sql,
    api: first.api,
    houses: instances.map(({ house }) => house),
    token,
    created,
    files,
    seen,
    calls: writers.calls,
  });
  const { wrong, ...rest } = found;
  return {
    ...rest,
    wrong: [...endedAlone, ...wrong],
    sessions: created.length,
    completed,
    kills,
    seconds,
    postgresRestarts: 1,
    redisFlushes: 1,
    readyAgain: { p50: percentile(readyAgain, 0.5), p99: percentile(readyAgain, 0.99) },
    ownedAgain: { p50: percentile(ownedAgain, 0.5), p99: percentile(ownedAgain, 0.99), of: ownedAgain.length },
  };
}

async function tryAll<T>(instances: readonly Instance[], work: (api: RestClient) => Promise<T>): Promise<T> {
  let last: unknown;
  for (const { api } of instances) {
    try {
      return await work(api);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
