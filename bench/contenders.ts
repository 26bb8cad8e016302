import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import type postgres from 'postgres';
import type { createStore } from '../server/infrastructure/store/store.ts';

export type Store = ReturnType<typeof createStore>;

/** One caller's session and task; `turn` alternates between two legal statuses. */
export interface Place {
  readonly sessionId: string;
  readonly teamId: string;
  readonly taskId: string;
  turn: boolean;
}

/** Makes one durable transition of the caller's own session or task. */
export type Transition = (place: Place) => Promise<unknown>;

const actor = { kind: 'system', teamId: null, name: 'bench' } as const;
const told = JSON.stringify({ kind: 'system', id: null, name: 'bench' });

/** Through the store, as the engine does it. */
export function throughStore(store: Store): { session: Transition; task: Transition } {
  return {
    async session(place) {
      const [from, to] = place.turn ? (['degraded', 'running'] as const) : (['running', 'degraded'] as const);
      await store.sessions.move({
        sessionId: place.sessionId,
        to,
        guard: { status: [from] },
        reason: 'measured',
        actor,
      });
      place.turn = !place.turn;
    },
    async task(place) {
      const [from, to] = place.turn ? (['assigned', 'ready'] as const) : (['ready', 'assigned'] as const);
      await store.tasks.move({
        taskId: place.taskId,
        sessionId: place.sessionId,
        from: [from],
        to,
        reason: 'measured',
        actor,
      });
      place.turn = !place.turn;
    },
  };
}

/** The least a driver can send: `run` executes one statement with parameters, `begin` a transaction of several. */
export interface Driver {
  run(statement: string, parameters: (string | number)[]): Promise<Record<string, unknown>[]>;
  begin(work: (run: Driver['run']) => Promise<void>): Promise<void>;
}

export function pgliteDriver(pglite: PGlite): Driver {
  return {
    run: async (statement, parameters) => (await pglite.query<Record<string, unknown>>(statement, parameters)).rows,
    begin: (work) =>
      pglite.transaction((tx) =>
        work(async (statement, parameters) => (await tx.query<Record<string, unknown>>(statement, parameters)).rows),
      ),
  };
}

export function postgresDriver(sql: postgres.Sql): Driver {
  return {
    run: (statement, parameters) => sql.unsafe(statement, parameters, { prepare: true }),
    async begin(work) {
      await sql.begin((tx) => work((statement, parameters) => tx.unsafe(statement, parameters, { prepare: true })));
    },
  };
}

const oneStatement = `
  with locked as (
    select id, team_id, status, last_seq from sessions
    where id = $1::uuid and status = $2::session_status for no key update),
  moved as (
    update sessions s set status = $3::session_status, status_since = clock_timestamp(), version = s.version + 1,
      last_seq = l.last_seq + 1
    from locked l where s.id = l.id returning s.id, s.team_id, s.status, s.version, s.last_seq, l.status as from_status),
  stored as (
    insert into events (id, team_id, session_id, seq, type, actor, payload)
    select $4::uuid, team_id, id, last_seq, 'session.status_changed', $5::text::jsonb,
      jsonb_build_object('from', from_status, 'to', status, 'reason', 'measured')
    from moved returning id),
  posted as (insert into outbox (event_id) select id from stored)
  select id, status, version, last_seq from moved`;

/** The same work without the store: once as one statement, once as people write it, in five round trips. */
export function throughDriver(driver: Driver): { one: Transition; five: Transition } {
  const turn = (place: Place) => (place.turn ? ['degraded', 'running'] : ['running', 'degraded']) as [string, string];
  return {
    async one(place) {
      const [from, to] = turn(place);
      const rows = await driver.run(oneStatement, [place.sessionId, from, to, randomUUID(), told]);
      if (rows.length !== 1) throw new Error('The transition was refused.');
      place.turn = !place.turn;
    },
    async five(place) {
      const [from, to] = turn(place);
      await driver.begin(async (run) => {
        const [row] = await run('select status, last_seq from sessions where id = $1::uuid for no key update', [
          place.sessionId,
        ]);
        if (row?.status !== from) throw new Error('The transition was refused.');
        await run(
          `update sessions set status = $2::session_status, status_since = clock_timestamp(), version = version + 1,
             last_seq = last_seq + 1 where id = $1::uuid returning id, status, version, last_seq`,
          [place.sessionId, to],
        );
        await run(
          `with stored as (
             insert into events (id, team_id, session_id, seq, type, actor, payload)
             values ($1::uuid, $2::uuid, $3::uuid, $4::int, 'session.status_changed', $5::text::jsonb,
               jsonb_build_object('from', $6::text, 'to', $7::text, 'reason', 'measured')) returning id)
           insert into outbox (event_id) select id from stored`,
          [randomUUID(), place.teamId, place.sessionId, Number(row.last_seq) + 1, told, from, to],
        );
      });
      place.turn = !place.turn;
    },
  };
}
