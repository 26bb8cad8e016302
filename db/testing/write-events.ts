// Opens the embedded database of its argument and appends events for ever, telling each seq once it is acknowledged.
import { writeSync } from 'node:fs';
import { createStore } from '../../server/infrastructure/store/store.ts';
import { openDatabase } from '../client.ts';
import { addSession, makeWorld, system } from './fixtures.ts';

const [, , dataDir = ''] = process.argv;
const database = await openDatabase({ dataDir, log: { info: () => {}, warn: () => {} } });
const store = createStore(database);
const session = await addSession(store, await makeWorld(store));
writeSync(1, `session ${session.id}\n`);
for (;;) {
  const [event] = await store.transaction((tx) =>
    tx.events.append(session.id, [{ type: 'attempt.output', payload: { text: 'x'.repeat(500) }, actor: system }]),
  );
  writeSync(1, `${event?.seq}\n`);
}
