import type { PGlite } from '@electric-sql/pglite';

type Method = (...given: unknown[]) => Promise<unknown>;

/**
 * PGlite answers in microtasks, so busy callers would keep every timer and socket waiting for seconds. This makes it
 * give the event loop a turn at least every `everyMs`. `before` is asked before each statement and may refuse it.
 */
export function fair(pglite: PGlite, before: () => void = () => undefined, everyMs = 5): PGlite {
  let last = performance.now();
  const breathe = async () => {
    if (performance.now() - last < everyMs) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    last = performance.now();
  };
  wrap(pglite, ['query', 'exec', 'sql'], before, breathe);
  const transaction = pglite.transaction.bind(pglite);
  pglite.transaction = async (work) => {
    try {
      return await transaction((tx) => {
        wrap(tx, ['query', 'exec', 'sql'], before, breathe);
        return work(tx);
      });
    } finally {
      await breathe();
    }
  };
  return pglite;
}

function wrap(target: object, names: readonly string[], before: () => void, breathe: () => Promise<void>): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') continue;
    const method: Method = original.bind(target);
    Reflect.set(target, name, async (...given: unknown[]) => {
      before();
      try {
        return await method(...given);
      } finally {
        await breathe();
      }
    });
  }
}
