import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../db/client.ts';
import { createStore } from '../server/infrastructure/store/store.ts';
import { type Figure, figure } from './figures.ts';
import { newDatabase, withPostgres } from './postgres.ts';
import { places, rate } from './transitions.ts';

const sessions = 16;
const rounds = 3;
const turns = 3;
const turnSeconds = 0.7;
const quiet = { info: () => {}, warn: () => {} };
const event = {
  type: 'attempt.output' as const,
  payload: { kind: 'text', text: 'A line of some length, as agents write it while they work on a task of a session.' },
  actor: { kind: 'system', teamId: null, name: 'bench' } as const,
};

/** What runs tell in great number: each with a flush of its own, beside collected; sixteen sessions, one event at a time each. */
export function events(): Promise<Figure[]> {
  return withPostgres(async (server) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'oio-bench-'));
    const opened = await openDatabase({ databaseUrl: await newDatabase(server), dataDir, log: quiet });
    const store = createStore(opened);
    try {
      const on = await places(store, sessions);
      const contenders = [
        {
          name: 'each alone',
          places: on,
          transition: ({ sessionId }: { sessionId: string }) => store.events.append(sessionId, [event]),
        },
        {
          name: 'collected',
          places: on,
          transition: ({ sessionId }: { sessionId: string }) => store.events.collect(sessionId, [event]),
        },
      ] as const;
      const rates = contenders.map(() => [] as number[]);
      for (const one of contenders) await rate(one, 1.5);
      for (let round = 0; round < rounds; round += 1)
        for (const [place, one] of contenders.entries()) {
          let sum = 0;
          for (let turn = 0; turn < turns; turn += 1) sum += await rate(one, turnSeconds);
          rates[place]?.push(sum / turns);
        }
      const [alone = [], collected = []] = rates;
      return [
        figure(`${sessions} sessions: events stored, each alone`, '/s', alone),
        figure(`${sessions} sessions: events stored, collected`, '/s', collected),
        figure(
          'collected ÷ each alone',
          '×',
          collected.map((value, round) => value / (alone[round] ?? Number.NaN)),
        ),
      ];
    } finally {
      await opened.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
}
