import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import postgres from 'postgres';
import { openDatabase } from '../db/client.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import { postgresDriver, throughDriver, throughStore } from './contenders.ts';
import { type Figure, figure } from './figures.ts';
import { installed } from './packages.ts';
import { newDatabase, withPostgres } from './postgres.ts';
import { places, rate } from './transitions.ts';

/** Versions that install together; none of them comes near our lockfile. */
const packages = [
  '@dbos-inc/dbos-sdk@5.3.0',
  '@langchain/langgraph@1.4.17',
  '@langchain/langgraph-checkpoint@1.1.5',
  '@langchain/langgraph-checkpoint-postgres@1.0.5',
  '@langchain/core@1.2.13',
  '@restatedev/restate-server@1.7.12',
  '@restatedev/restate-sdk@1.17.2',
];

const goals = { restate: 3.5, dbos: 5, 'langgraph-sync': 7, 'langgraph-async': 7 } as const;
const callers = 16;
const rounds = 3;
const turnSeconds = 1;
const warmUpTurns = 2;
const quiet = { info: () => {}, warn: () => {} };

interface Contender {
  readonly name: string;
  turn(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Durable steps per second beside those who make durable steps for a living, on one PostgreSQL with fsync on (Restate on its
 * own log, as shipped). PEERS_DIR names a folder where they are installed already.
 */
export async function peers(): Promise<Figure[]> {
  return installed(packages, (folder) =>
    withPostgres(async (server) => {
      const contenders = [
        ...(await ours(server)),
        ...(await Promise.all(Object.keys(goals).map((name) => peer(folder, name, server)))),
      ];
      try {
        return await measure(contenders);
      } finally {
        for (const one of contenders) await one.close();
      }
    }),
  );
}

async function ours(server: string): Promise<Contender[]> {
  const databaseUrl = await newDatabase(server);
  const dataDir = mkdtempSync(join(tmpdir(), 'oio-bench-'));
  const opened = await openDatabase({ databaseUrl, dataDir, log: quiet });
  const store = createStore(opened);
  const bare = postgres(databaseUrl, { max: callers, onnotice: () => {} });
  const driver = throughDriver(postgresDriver(bare));
  const contender = async (
    name: string,
    transition: typeof driver.one,
    close: () => Promise<void>,
  ): Promise<Contender> => {
    const on = await places(store, callers);
    return { name, turn: () => rate({ name, transition, places: on }, turnSeconds), close };
  };
  return [
    await contender('store, session', throughStore(store).session, async () => {
      await opened.close();
      rmSync(dataDir, { recursive: true, force: true });
    }),
    await contender('driver, one statement', driver.one, async () => undefined),
    await contender('driver, five round trips', driver.five, () => bare.end()),
  ];
}

async function peer(folder: string, name: string, server: string): Promise<Contender> {
  const program = join(import.meta.dirname, 'peer.ts');
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    [program, folder, name, await newDatabase(server), String(callers)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const over = new Promise<void>((done) => child.once('exit', () => done()));
  const lines = createInterface({ input: child.stdout });
  return {
    name,
    turn: () =>
      new Promise((done, failed) => {
        const gone = () => failed(new Error(`${name} ended before its turn was over.`));
        child.once('exit', gone);
        const hear = (line: string) => {
          if (!line.startsWith('rate ')) return;
          lines.off('line', hear);
          child.off('exit', gone);
          done(Number(line.slice(5)));
        };
        lines.on('line', hear);
        child.stdin.write('turn\n');
      }),
    async close() {
      child.stdin.end();
      await over;
    },
  };
}

async function measure(contenders: readonly Contender[]): Promise<Figure[]> {
  for (const one of contenders) for (let turn = 0; turn < warmUpTurns; turn += 1) await one.turn();
  const rates = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    const sums = contenders.map(() => 0);
    // Each in turn, twice a round, so that all of them see the same moods of the machine.
    for (let turn = 0; turn < 2; turn += 1)
      for (const [place, one] of contenders.entries()) sums[place] = (sums[place] ?? 0) + (await one.turn());
    for (const [place, { name }] of contenders.entries()) rates.get(name)?.push((sums[place] ?? 0) / 2);
  }
  const of = (name: string) => rates.get(name) ?? [];
  const ratio = (name: string) => of('store, session').map((value, round) => value / (of(name)[round] ?? Number.NaN));
  return [
    ...contenders.map(({ name }) => figure(`${callers} callers: ${name}`, '/s', of(name))),
    figure('store, session ÷ driver, one statement', '×', ratio('driver, one statement'), { atLeast: 0.6 }),
    figure('store, session ÷ driver, five round trips', '×', ratio('driver, five round trips')),
    ...Object.entries(goals).map(([name, atLeast]) =>
      figure(`store, session ÷ ${name}`, '×', ratio(name), { atLeast }),
    ),
  ];
}
