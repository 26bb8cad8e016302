import { AsyncLocalStorage } from 'node:async_hooks';
import type { SQL } from 'drizzle-orm';
import type { Database, DatabaseKind, Db, DbTransaction } from '../../../db/client.ts';
import { rowsOf } from '../../../db/rows.ts';
import { isRepeatable } from './database-errors.ts';
import { rendered } from './rendered.ts';

export type Row = Record<string, unknown>;

/** What an aggregate writes and reads through: the database itself, or one open transaction. */
export interface Handle {
  readonly kind: DatabaseKind;
  /** drizzle's builder. Throws when the outer handle is used inside a transaction, where it would wait for itself. */
  readonly db: Db | DbTransaction;
  /** Runs one statement; column names as in SQL. */
  rows(statement: SQL): Promise<Row[]>;
  /** Several statements as one: joins the transaction, or opens one. */
  atomically<T>(work: (handle: Handle) => Promise<T>): Promise<T>;
  /** Says that events were stored: watchers are nudged after the commit, once. */
  appended(): void;
}

export interface Transactions {
  readonly outer: Handle;
  transaction<T>(work: (handle: Handle) => Promise<T>): Promise<T>;
  onCommit(listener: () => void): () => void;
}

interface Scope {
  open: boolean;
  published: boolean;
  handle: Handle | null;
}

const maxRepeats = 2;

/** Transactions over one database: nested calls join, transient failures repeat, listeners hear of commits only. */
export function createTransactions({ db, kind }: Pick<Database, 'db' | 'kind'>): Transactions {
  const current = new AsyncLocalStorage<Scope>();
  const listeners = new Set<() => void>();

  const publish = () => {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        // What is committed stays committed, whatever a watcher makes of it.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  };

  const outer: Handle = {
    kind,
    get db() {
      if (current.getStore()?.open) {
        throw new Error('The outer store was used inside a transaction: use the tx that the transaction hands out.');
      }
      return db;
    },
    rows: (statement) => repeated(() => run(outer.db, statement)),
    atomically: (work) => transaction(work),
    appended: publish,
  };

  async function transaction<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    const joined = current.getStore();
    if (joined?.open && joined.handle !== null) return work(joined.handle);
    return repeated(() => once(work));
  }

  async function once<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    const scope: Scope = { open: true, published: false, handle: null };
    try {
      const result = await db.transaction((tx) => {
        const handle = inside(tx, scope);
        scope.handle = handle;
        return current.run(scope, () => work(handle));
      });
      scope.open = false;
      if (scope.published) publish();
      return result;
    } finally {
      scope.open = false;
    }
  }

  function inside(tx: DbTransaction, scope: Scope): Handle {
    const handle: Handle = {
      kind,
      get db() {
        if (!scope.open) throw new Error('A transaction was used after its end.');
        return tx;
      },
      rows: (statement) => run(handle.db, statement),
      atomically: (work) => work(handle),
      appended: () => {
        scope.published = true;
      },
    };
    return handle;
  }

  return {
    outer,
    transaction,
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await work();
    } catch (error) {
      if (repeats >= maxRepeats || !isRepeatable(error)) throw error;
    }
  }
}

async function run(db: Db | DbTransaction, statement: SQL): Promise<Row[]> {
  return rowsOf(await db.execute(rendered(statement)));
}
