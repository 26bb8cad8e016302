import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, figure } from './figures.ts';
import { answeredAfter, inHouse, production, prompt, worker } from './house.ts';
import { ask, newDatabase, withPostgres } from './postgres.ts';

const restarts = 3;
const executing = 16;
const resting = 984;

/**
 * Killed and started again with a thousand open sessions, of which sixteen execute: until the first page, and until every one
 * of the sixteen runs is followed again (owned under a new epoch, found at OpenCode, driven).
 */
export function restart(): Promise<Figure[]> {
  return withPostgres(async (server) => {
    const databaseUrl = await newDatabase(server);
    const knobs = { ...production, DATABASE_URL: databaseUrl };
    return inHouse(async (house) => {
      let app = await house.start(knobs);
      const { api } = await worker(house);
      const [repository] = await ask(databaseUrl, 'select id from repositories');
      await ask(databaseUrl, 'update teams set max_active_sessions = 2000, max_parallel_attempts = 32');
      await ask(databaseUrl, `update agents set max_concurrent_tasks = ${executing}`);
      const running: string[] = [];
      for (let n = 0; n < executing; n += 1) {
        const { id } = await api.create({
          repositoryId: String(repository?.id),
          // OpenCode ends a command after two minutes, and asks about one that is the same three times.
          prompt: prompt(Array.from({ length: 20 }, (_, n) => `- bash: sleep ${90 + n}\n`).join('')),
          blueprint: 'single_task',
        });
        running.push(id);
      }
      await ask(databaseUrl, rest);
      await until(databaseUrl, 'the sessions to execute', 240, driven(''));

      const pages: number[] = [];
      const reconciled: number[] = [];
      for (let round = 0; round < restarts; round += 1) {
        await app.kill();
        const [moment] = await ask(databaseUrl, 'select clock_timestamp()::text as now');
        const began = performance.now();
        const starting = house.start(knobs);
        const again = until(databaseUrl, 'the runs to be followed again', 120, driven(String(moment?.now)));
        pages.push(await answeredAfter(began, `${house.url}/login`, 120));
        await again;
        reconciled.push(performance.now() - began);
        app = await starting;
      }
      const [kept] = await ask(
        databaseUrl,
        `select count(*)::int as number from sessions where status in ('running', 'degraded')`,
      );
      const [open] = await ask(
        databaseUrl,
        `select count(*)::int as number from sessions where status in ('pending', 'paused', 'running', 'degraded')`,
      );
      return [
        figure('open sessions at the restart', '', [Number(open?.number)], { atLeast: executing + resting }),
        figure('… of them executing, before and after', '', [Number(kept?.number)], { atLeast: executing }),
        figure('killed → first page', 'ms', pages, { atMost: 5_000 }),
        figure('killed → every executing session reconciled', 'ms', reconciled, { atMost: 30_000 }),
      ];
    });
  });
}

/** The rest of the thousand, waiting for a start or paused by a person: rows like those of the sessions that run. */
const rest = `
  insert into sessions (id, team_id, slug, title, prompt, status, repository_id, blueprint, created_by)
  select gen_random_uuid(), s.team_id, 'IND-' || (10000 + n), 'Waiting session ' || n, s.prompt,
    (case when n % 2 = 0 then 'pending' else 'paused' end)::session_status, s.repository_id, s.blueprint, s.created_by
  from (select * from sessions limit 1) s cross join generate_series(1, ${resting}) n`;

/** Whether an instance that started after this moment drives all of them, each under its owner's present epoch. */
const driven = (since: string) => `select 1 where ${executing} = (
    select count(*) from attempts a join sessions s on s.id = a.session_id and s.epoch = a.epoch
      join instances i on i.owner = s.owner and i.attempts >= ${executing} and i.runtime_state = 'online'
        ${since === '' ? '' : `and i.started_at > '${since}'`}
    where a.status in ('running', 'waiting') and s.lease_expires_at > clock_timestamp())`;

async function until(url: string, what: string, seconds: number, question: string): Promise<void> {
  for (const began = performance.now(); (await ask(url, question)).length === 0; await delay(100))
    if (performance.now() - began > seconds * 1000) throw new Error(`Waited ${seconds} s for ${what}.`);
}
