import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql as text } from 'drizzle-orm';
import postgres from 'postgres';
import { openDatabase } from '../db/client.ts';
import { addSession, addTask, makeWorld } from '../db/testing/fixtures.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import {
  type Place,
  pgliteDriver,
  postgresDriver,
  type Store,
  type Transition,
  throughDriver,
  throughStore,
} from './contenders.ts';
import { type Figure, figure } from './figures.ts';
import { newDatabase, withPostgres } from './postgres.ts';

const rounds = 3;
/** A round takes each contender in turn this often, so that all of them see the same moods of the machine. */
const turns = 4;
const turnSeconds = 0.5;
const warmUpSeconds = 2;
const hotTables = ['sessions', 'tasks', 'events', 'outbox'];
const quiet = { info: () => {}, warn: () => {} };

export interface Contender {
  readonly name: string;
  readonly transition: Transition;
  readonly places: readonly Place[];
}

/** One field: a database, what is measured on it with so many callers, and how to tidy between the rounds. */
interface Field {
  readonly name: string;
  readonly contenders: readonly Contender[];
  tidy(): Promise<void>;
}

/** Durable transitions per second through the store, beside the bare driver doing the same work. */
export async function transitions(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'oio-bench-'));
  try {
    const figures: Figure[] = [];
    for (const callers of [1, 16]) figures.push(...(await onPglite(join(home, `callers-${callers}`), callers)));
    figures.push(
      ...(await withPostgres(async (server) => {
        const all: Figure[] = [];
        for (const callers of [1, 16])
          all.push(...(await onPostgres(server, join(home, `server-${callers}`), callers)));
        return all;
      })),
    );
    return figures;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function onPglite(dataDir: string, callers: number): Promise<Figure[]> {
  const ours = await openDatabase({ dataDir, log: quiet });
  const store = createStore(ours);
  // The bare driver has a database of its own, made by ours and opened as its maker ships it.
  const bareDir = join(dataDir, 'bare');
  const maker = await openDatabase({ dataDir: bareDir, log: quiet });
  const bareStore = createStore(maker);
  const barePlaces = { one: await places(bareStore, callers), five: await places(bareStore, callers) };
  await maker.close();
  const bare = await PGlite.create({ dataDir: join(bareDir, 'pgdata') });
  try {
    return await measure({
      name: named('PGlite', callers),
      contenders: await contendersOf(store, throughDriver(pgliteDriver(bare)), barePlaces, callers),
      tidy: async () => {
        await ours.db.execute(text`truncate outbox`);
        await ours.housekeep();
        await bare.exec('truncate outbox; checkpoint');
        for (const table of hotTables) await bare.exec(`vacuum (analyze) ${table}`);
      },
    });
  } finally {
    await bare.close();
    await ours.close();
  }
}

async function onPostgres(server: string, dataDir: string, callers: number): Promise<Figure[]> {
  const databaseUrl = await newDatabase(server);
  const ours = await openDatabase({ databaseUrl, dataDir, log: quiet });
  const store = createStore(ours);
  const barePlaces = { one: await places(store, callers), five: await places(store, callers) };
  const bare = postgres(databaseUrl, { max: callers, onnotice: () => {} });
  try {
    return await measure({
      name: named('PostgreSQL', callers),
      contenders: await contendersOf(store, throughDriver(postgresDriver(bare)), barePlaces, callers),
      tidy: async () => {
        await ours.db.execute(text`truncate outbox`);
        for (const table of hotTables) {
          await ours.db.execute(text`vacuum (analyze) ${text.identifier(table)}`);
        }
      },
    });
  } finally {
    await bare.end();
    await ours.close();
  }
}

async function contendersOf(
  store: Store,
  driver: Record<'one' | 'five', Transition>,
  barePlaces: Record<'one' | 'five', Place[]>,
  callers: number,
): Promise<Contender[]> {
  const { session, task } = throughStore(store);
  return [
    { name: 'store, session', transition: session, places: await places(store, callers) },
    { name: 'store, task', transition: task, places: await places(store, callers) },
    { name: 'driver, one statement', transition: driver.one, places: barePlaces.one },
    { name: 'driver, five round trips', transition: driver.five, places: barePlaces.five },
  ];
}

/** A running session with a ready task for each caller: nobody waits for anybody's row. */
export async function places(store: Store, callers: number): Promise<Place[]> {
  const world = await makeWorld(store);
  const actor = { kind: 'system', teamId: null, name: 'bench' } as const;
  const made: Place[] = [];
  for (let caller = 0; caller < callers; caller += 1) {
    const session = await addSession(store, world);
    for (const to of ['queued', 'running'] as const)
      await store.sessions.move({ sessionId: session.id, to, guard: {}, reason: 'measured', actor });
    const task = await addTask(store, session);
    await store.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: ['pending'],
      to: 'ready',
      reason: null,
      actor,
    });
    made.push({ sessionId: session.id, teamId: session.teamId, taskId: task.id, turn: false });
  }
  return made;
}

const named = (database: string, callers: number) => `${database}, ${callers} caller${callers === 1 ? '' : 's'}`;

async function measure({ name, contenders, tidy }: Field): Promise<Figure[]> {
  for (const contender of contenders) await rate(contender, warmUpSeconds);
  const rates = new Map(contenders.map((contender) => [contender.name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    await tidy();
    const sums = contenders.map(() => 0);
    for (let turn = 0; turn < turns; turn += 1)
      for (const [place, contender] of contenders.entries())
        sums[place] = (sums[place] ?? 0) + (await rate(contender, turnSeconds));
    contenders.forEach(({ name: contender }, place) => {
      rates.get(contender)?.push((sums[place] ?? 0) / turns);
    });
  }
  const of = (contender: string) => rates.get(contender) ?? [];
  // A round's ratio compares what ran within the same few seconds; the machine's mood falls out of it.
  const ratio = (one: string, other: string) => of(one).map((value, round) => value / (of(other)[round] ?? Number.NaN));
  return [
    ...contenders.map((contender) => figure(`${name}: ${contender.name}`, '/s', of(contender.name))),
    ...['store, session', 'store, task'].flatMap((one) => [
      figure(`${name}: ${one} ÷ driver, one statement`, '×', ratio(one, 'driver, one statement'), { atLeast: 0.6 }),
      figure(`${name}: ${one} ÷ driver, five round trips`, '×', ratio(one, 'driver, five round trips'), {
        atLeast: 0.6,
      }),
    ]),
  ];
}

export async function rate({ transition, places }: Contender, forSeconds: number): Promise<number> {
  const began = performance.now();
  const end = began + forSeconds * 1000;
  let done = 0;
  await Promise.all(
    places.map(async (place) => {
      while (performance.now() < end) {
        await transition(place);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - began) / 1000);
}
