import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, figure } from './figures.ts';
import { cpuMs, inHouse, production, residentMegabytes, serverPid, worker } from './house.ts';
import { ask, newDatabase, withPostgres } from './postgres.ts';

const settleSeconds = 15;
const watchSeconds = 30;

/** What the app costs with nothing to do, after a session has run: the server's process alone, OpenCode left out. */
export async function idle(): Promise<Figure[]> {
  const onPglite = await observe('PGlite', 550, null);
  const onPostgres = await withPostgres(async (server) => observe('PostgreSQL', 200, await newDatabase(server)));
  return [...onPglite, ...onPostgres];
}

function observe(name: string, megabytes: number, databaseUrl: string | null): Promise<Figure[]> {
  return inHouse(async (house) => {
    await house.start({ ...production, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) });
    const { run } = await worker(house);
    await run('- write: { path: result.txt, content: "one\\n" }');
    await delay(settleSeconds * 1000);

    const pid = await serverPid(house);
    const before = { cpu: await cpuMs(pid), queries: await transactions(databaseUrl), at: performance.now() };
    await delay(watchSeconds * 1000);
    const seconds = (performance.now() - before.at) / 1000;
    const cpu = (await cpuMs(pid)) - before.cpu;
    const queries = ((await transactions(databaseUrl)) ?? 0) - (before.queries ?? 0);
    return [
      figure(`${name}: CPU of one core when idle`, '%', [cpu / (10 * seconds)], { atMost: 2 }),
      figure(`${name}: resident memory without OpenCode`, 'MB', [await residentMegabytes(pid)], { atMost: megabytes }),
      ...(databaseUrl === null
        ? []
        : [figure(`${name}: queries per second when idle`, '/s', [queries / seconds], { atMost: 5 })]),
    ];
  });
}

/** Transactions of the app's database so far, asked from another one so that the asking is not counted; one query each. */
async function transactions(databaseUrl: string | null): Promise<number | null> {
  if (databaseUrl === null) return null;
  const elsewhere = new URL(databaseUrl);
  const name = elsewhere.pathname.slice(1);
  elsewhere.pathname = '/postgres';
  const [row] = await ask(
    elsewhere.href,
    `select xact_commit + xact_rollback as number from pg_stat_database where datname = '${name}'`,
  );
  return Number(row?.number ?? 0);
}
