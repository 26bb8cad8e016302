import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../db/client.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import { type Figure, figure } from './figures.ts';
import { newDatabase, withPostgres } from './postgres.ts';
import { places } from './transitions.ts';

const lines = 1_000_000;
const partLines = 1_000;
const rounds = 7;
const quiet = { info: () => {}, warn: () => {} };
const system = { kind: 'system', teamId: null, name: 'bench' } as const;

/** A million lines that one session's tools answered, searched for a word of the oldest line and for one nobody said. */
export async function output(): Promise<Figure[]> {
  const onPostgres = await withPostgres(async (server) => searched('PostgreSQL', await newDatabase(server)));
  return [...onPostgres, ...(await searched('PGlite', undefined))];
}

async function searched(name: string, databaseUrl: string | undefined): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'oio-bench-'));
  const opened = await openDatabase({ databaseUrl, dataDir, log: quiet });
  const store = createStore(opened);
  try {
    const [place] = await places(store, 1);
    const sessionId = place?.sessionId ?? '';
    for (let part = 0; part < lines / partLines; part += 10)
      await store.events.append(
        sessionId,
        Array.from({ length: 10 }, (_, more) => answer(part + more)),
      );
    const time = async (words: string, expected: number) => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const began = performance.now();
        const found = await store.events.searchOutput(sessionId, words, 201);
        times.push(performance.now() - began);
        if (found.length !== expected) throw new Error(`${found.length} lines were found instead of ${expected}.`);
      }
      return times;
    };
    return [
      figure(`${name}: 1,000,000 lines searched, the oldest has it`, 'ms', await time('the first one', 1), {
        atMost: 300,
      }),
      figure(`${name}: … nobody said it`, 'ms', await time('never said', 0), { atMost: 300 }),
      figure(`${name}: … every line has it`, 'ms', await time('compiled', 201), { atMost: 300 }),
    ];
  } finally {
    await opened.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function answer(part: number) {
  const text = Array.from({ length: partLines }, (_, line) => {
    const number = part * partLines + line;
    return number === 0
      ? 'compiled, the first one'
      : `[${number}] compiled src/module-${(number * 7919) % 9973}.ts in ${number % 97} ms`;
  }).join('\n');
  return {
    type: 'attempt.tool_called' as const,
    payload: { attemptId: '00000000-0000-4000-8000-0000000000aa', taskId: null, tool: 'bash', output: text },
    actor: system,
  };
}
