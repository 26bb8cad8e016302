// A contender in a process of its own, told by lines what to do: acquire, write, release. Its clock is a minute ahead.
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { openPostgres } from '../../../../db/postgres.ts';
import type { Grant } from '../../../application/coordination-port.ts';
import { createStore } from '../../store/store.ts';
import { createRedisLocks } from '../redis-locks.ts';

const [, , databaseUrl = '', url = '', prefix = '', name = '', ttl = '500'] = process.argv;
const truth = Date.now.bind(Date);
Date.now = () => truth() + 60_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const database = await openPostgres(databaseUrl, { log: { info: () => undefined, warn: () => undefined } });
const store = createStore(database);
const locks = createRedisLocks({ url, log: pino({ level: 'silent' }), fences: store.locks, prefix, waitTtlMs: 500 });
const held: Grant[] = [];

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'acquire')
    locks.acquire([name], { owner: `child-${process.pid}`, ttlMs: Number(ttl) }).then(
      (granted) => {
        held.push(granted);
        granted.signal.addEventListener('abort', () => say('lost'));
        say(`held ${granted.fencing}`);
      },
      (error: unknown) => say(`refused ${String(error)}`),
    );
  const grant = held.at(-1);
  if (line === 'write' && grant)
    say(
      await store.locks.assert(grant).then(
        () => 'written',
        () => 'refused',
      ),
    );
  if (line === 'release') {
    await grant?.release();
    say('released');
  }
}
