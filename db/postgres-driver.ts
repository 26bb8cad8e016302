import { registerHooks } from 'node:module';

/**
 * The driver of PostgreSQL servers, mended as it is loaded. Version 3.4.9 writes to a connection that the server has
 * ended from a callback nobody can catch (porsager/postgres#1208): a restart of the server then ends this process. Here
 * the statement fails instead, as every other one on that connection does.
 */
const mendings = [
  [
    'const x = socket.write(chunk, fn)',
    `if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options, socket))
      return false
    }
    const x = socket.write(chunk, fn)`,
  ],
  // What waited to be written when the connection ended would keep the next one from ever writing.
  [
    'incomings = null\n    clearImmediate(nextWriteTimer)',
    'incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null',
  ],
] as const;

const hooks = registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/postgres/src/connection.js')) return loaded;
    let source = String(loaded.source);
    for (const [written, mended] of mendings) {
      if (!source.includes(written))
        throw new Error('The driver of PostgreSQL has changed: see db/postgres-driver.ts.');
      source = source.replace(written, mended);
    }
    return { ...loaded, source };
  },
});
// Imported only now: what is imported above is loaded before any line here runs.
export const { default: postgres } = await import('postgres');
export const { drizzle } = await import('drizzle-orm/postgres-js');
export const { migrate } = await import('drizzle-orm/postgres-js/migrator');
hooks.deregister();
