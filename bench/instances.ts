import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createInstallation, type Installation, randomAdmin } from '../e2e/support/installation.ts';
import { startOwnRedis } from '../scripts/redis.ts';
import { type Figure, figure } from './figures.ts';
import { production, prompt, worker } from './house.ts';
import { ask, newDatabase, withPostgres } from './postgres.ts';

const sessions = 200;
/** The same for one instance as for three: what is compared is who does the work, not how much is allowed at once. */
const together = 12;
const patienceSeconds = 900;

/**
 * 200 short sessions through one instance and through three on the same machine, PostgreSQL and Redis alike. One machine
 * has one set of cores: what three win is where one process was the limit, what they lose is three OpenCode servers.
 */
export async function instances(): Promise<Figure[]> {
  const alone = await through(1);
  const three = await through(3);
  return [
    figure(`one instance: ${sessions} sessions`, 's', [alone.seconds]),
    figure(`three instances: ${sessions} sessions`, 's', [three.seconds]),
    figure('three instances beside one, sessions per second', '×', [alone.seconds / three.seconds]),
    figure('three instances: most sessions any one completed', '%', [three.busiest]),
    figure('sessions completed, of each run', '', [alone.completed, three.completed], { atLeast: sessions }),
    figure('attempts begun per session, three instances', '', [three.attempts / sessions], { atMost: 1 }),
  ];
}

async function through(count: number) {
  return withPostgres(async (server) => {
    const databaseUrl = await newDatabase(server);
    const redis = await startOwnRedis();
    const houses: Installation[] = [];
    try {
      const environment = { ...production, REDIS_URL: redis.url, ENCRYPTION_KEY: randomBytes(32).toString('base64') };
      const shared = { admin: randomAdmin(), environment };
      for (let n = 0; n < count; n += 1) {
        const house = await createInstallation({ databaseUrl, shared });
        houses.push(house);
        await house.start();
      }
      return await measure(houses, databaseUrl);
    } finally {
      for (const house of houses) await house.close();
      await redis.stop();
    }
  });
}

async function measure(houses: readonly Installation[], databaseUrl: string) {
  const first = houses[0];
  if (first === undefined) throw new Error('There is no instance.');
  const { api, run } = await worker(first);
  await run('- write: { path: result.txt, content: "one\\n" }');
  const [repository] = await ask(databaseUrl, 'select id from repositories');
  await ask(databaseUrl, `update teams set max_active_sessions = 1000, max_parallel_attempts = ${together}`);
  await ask(databaseUrl, `update agents set max_concurrent_tasks = ${together}`);
  const [before] = await ask(databaseUrl, 'select clock_timestamp()::text as now');
  const began = performance.now();
  for (let n = 0; n < sessions; n += 1)
    await api.create({
      repositoryId: String(repository?.id),
      prompt: prompt(`- write: { path: result-${n}.txt, content: "one\\n" }`),
      blueprint: 'single_task',
    });
  const since = `created_at > '${String(before?.now)}'::timestamptz`;
  let completed = 0;
  for (;;) {
    const rows = await ask(
      databaseUrl,
      `select status, count(*)::int as number from sessions where ${since} group by 1`,
    );
    completed = Number(rows.find(({ status }) => status === 'completed')?.number ?? 0);
    if (completed === sessions) break;
    if (performance.now() - began > patienceSeconds * 1000)
      throw new Error(
        `After ${patienceSeconds} s only ${completed} of ${sessions} are completed: ${JSON.stringify(rows)}`,
      );
    await delay(250);
  }
  const seconds = (performance.now() - began) / 1000;
  const shares = await ask(
    databaseUrl,
    `select instance_id, count(*)::int as number from attempts
      where session_id in (select id from sessions where ${since}) group by 1 order by 2 desc`,
  );
  const attempts = shares.reduce((sum, { number }) => sum + Number(number), 0);
  return { seconds, completed, attempts, busiest: (100 * Number(shares[0]?.number ?? 0)) / Math.max(1, attempts) };
}
