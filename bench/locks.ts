import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { openDatabase } from '../db/client.ts';
import { startOwnRedis } from '../scripts/redis.ts';
import { createInProcessLocks } from '../server/infrastructure/coordination/in-process-locks.ts';
import { createRedisLocks } from '../server/infrastructure/coordination/redis-locks.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import { type Figure, figure, percentile } from './figures.ts';
import { installed } from './packages.ts';
import { newDatabase, withPostgres } from './postgres.ts';

const packages = ['redlock@5.0.0-beta.2', 'redis-semaphore@5.8.0', 'ioredis@5.11.1'];
const crowds = [50, 500, 1_000];
const rounds = 5;
const holdMs = 1;
const arriveWithinMs = 20;
/** How long everybody asks again at once, when it is counted who was never served. */
const rushMs = 3_000;
const log = pino({ level: 'silent' });

/** One contender's turn at one name: waits for it, does the work, gives it back. */
type Turn = (name: string, owner: string, work: () => Promise<void>, given: () => void) => Promise<void>;

interface Locks {
  readonly name: string;
  /** The goal of the hand-over's p99, milliseconds. */
  readonly goal?: number;
  readonly turn: Turn;
  close(): Promise<void>;
}

/**
 * The lock beside those people take: one Redis, one process, one name, everybody holding it for 1 ms. The hand-over is
 * from the holder's release to the next one's grant; ours includes a fencing number from PostgreSQL with fsync on, theirs
 * has none.
 */
export async function locks(): Promise<Figure[]> {
  return installed(packages, (folder) =>
    withPostgres(async (server) => {
      const redis = await startOwnRedis();
      const contenders = [...(await ours(await newDatabase(server), redis.url)), ...theirs(folder, redis.url)];
      try {
        const figures: Figure[] = [];
        for (const one of contenders) figures.push(...(await measure(one)));
        return figures;
      } finally {
        for (const one of contenders) await one.close();
        await redis.stop();
      }
    }),
  );
}

async function measure(one: Locks): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const crowd of crowds) {
    const waves = [];
    for (let round = 0; round < rounds; round += 1) waves.push(await wave(one, crowd));
    const goal = one.goal === undefined ? undefined : { atMost: one.goal };
    figures.push(
      figure(
        `${one.name}, ${crowd} at once: hand-over p50`,
        'ms',
        waves.map(({ p50 }) => p50),
      ),
      figure(
        `${one.name}, ${crowd} at once: hand-over p99`,
        'ms',
        waves.map(({ p99 }) => p99),
        goal,
      ),
      figure(
        `${one.name}, ${crowd} at once: served before somebody who came earlier`,
        '%',
        waves.map(({ overtaking }) => 100 * overtaking),
        one.goal === undefined ? undefined : { atMost: 0 },
      ),
    );
  }
  const never = await rush(one, 500);
  figures.push(
    figure(
      `${one.name}, 500 that ask again at once: never served in ${rushMs / 1000} s`,
      '%',
      [100 * never],
      one.goal === undefined ? undefined : { atMost: 0 },
    ),
  );
  return figures;
}

/** Everybody comes once. */
async function wave(one: Locks, crowd: number): Promise<{ p50: number; p99: number; overtaking: number }> {
  const name = `repository:${randomUUID()}`;
  const gaps: number[] = [];
  const served: number[] = [];
  let releasedAt: number | null = null;
  await Promise.all(
    Array.from({ length: crowd }, async (_, place) => {
      await delay((place * arriveWithinMs) / crowd);
      await one.turn(
        name,
        `contender ${place}`,
        async () => {
          await delay(holdMs);
          releasedAt = performance.now();
        },
        () => {
          if (releasedAt !== null) gaps.push(performance.now() - releasedAt);
          served.push(place);
        },
      );
    }),
  );
  const sorted = gaps.toSorted((a, b) => a - b);
  let furthest = -1;
  const overtaken = served.filter((place) => {
    furthest = Math.max(furthest, place);
    return place < furthest;
  });
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), overtaking: overtaken.length / crowd };
}

/** Everybody comes again as soon as served; the share who never was. */
async function rush(one: Locks, crowd: number): Promise<number> {
  const name = `repository:${randomUUID()}`;
  const turns = Array.from({ length: crowd }, () => 0);
  const end = performance.now() + rushMs;
  await Promise.all(
    turns.map(async (_, place) => {
      while (performance.now() < end)
        await one.turn(
          name,
          `contender ${place}`,
          () => delay(performance.now() < end ? holdMs : 0),
          () => {
            if (performance.now() < end) turns[place] = (turns[place] ?? 0) + 1;
          },
        );
    }),
  );
  return turns.filter((count) => count === 0).length / crowd;
}

async function ours(databaseUrl: string, redisUrl: string): Promise<Locks[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'oio-bench-'));
  const opened = await openDatabase({ databaseUrl, dataDir, log });
  const fences = createStore(opened).locks;
  const turnOf = (fair: ReturnType<typeof createInProcessLocks>): Turn => {
    return async (name, owner, work, given) => {
      const grant = await fair.acquire([name], { owner, waitMs: 120_000 });
      given();
      await work();
      await grant.release();
    };
  };
  const byRedis = createRedisLocks({ url: redisUrl, log, fences });
  const inProcess = createInProcessLocks({ fences });
  return [
    {
      name: 'fair lock by Redis',
      goal: 2,
      turn: turnOf(byRedis),
      async close() {
        await byRedis.close();
      },
    },
    {
      name: 'fair lock in process',
      goal: 2,
      turn: turnOf(inProcess),
      async close() {
        await inProcess.close();
        await opened.close();
        rmSync(dataDir, { recursive: true, force: true });
      },
    },
  ];
}

interface Redlock {
  acquire(names: string[], ms: number): Promise<{ release(): Promise<unknown> }>;
}

interface Semaphore {
  acquire(): Promise<void>;
  release(): Promise<void>;
}

/** At the defaults they ship with, except that they go on asking until they are served. */
function theirs(folder: string, redisUrl: string): Locks[] {
  const load = createRequire(join(folder, 'package.json'));
  const { default: Redlock } = load('redlock') as { default: new (clients: Redis[], settings: object) => Redlock };
  const { Mutex } = load('redis-semaphore') as {
    Mutex: new (client: Redis, name: string, settings: object) => Semaphore;
  };
  const Client = (load('ioredis') as { Redis: typeof Redis }).Redis;
  const client = new Client(redisUrl);
  const redlock = new Redlock([client], { retryCount: -1 });
  return [
    {
      name: 'redlock',
      async turn(name, _owner, work, given) {
        const lock = await redlock.acquire([name], 60_000);
        given();
        await work();
        await lock.release();
      },
      close: async () => undefined,
    },
    {
      name: 'redis-semaphore',
      async turn(name, _owner, work, given) {
        const mutex = new Mutex(client, name, { acquireTimeout: 120_000, lockTimeout: 60_000 });
        await mutex.acquire();
        given();
        await work();
        await mutex.release();
      },
      async close() {
        client.disconnect();
      },
    },
  ];
}
