import type { Store } from '../../server/application/store-port.ts';
import { createStore } from '../../server/infrastructure/store/store.ts';
import type { Database, DatabaseKind } from '../client.ts';
import { openTestDatabase } from './database.ts';

export interface TestStore {
  readonly store: Store;
  readonly database: Database;
  close(): Promise<void>;
}

/** A store on a migrated, empty database of its own. Close it after the test. */
export async function openTestStore(kind: DatabaseKind): Promise<TestStore> {
  const database = await openTestDatabase(kind);
  return { store: createStore(database), database, close: () => database.close() };
}
