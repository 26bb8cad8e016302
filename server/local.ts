import { openDatabase } from '../db/client.ts';
import { createAudit } from './application/audit.ts';
import { createTokens } from './application/tokens.ts';
import type { Config } from './config.ts';
import { openDataDirectory } from './infrastructure/data-directory.ts';
import { createSecrets } from './infrastructure/secrets.ts';
import { createStore } from './infrastructure/store/store.ts';

/** Local administration while the app does not run: opens the database itself, and closes it whatever happens. */
export async function withLocalServices<T>(
  config: Config,
  work: (services: {
    tokens: Pick<ReturnType<typeof createTokens>, 'issue'>;
    audit: Pick<ReturnType<typeof createAudit>, 'verifyAll'>;
  }) => Promise<T>,
): Promise<T> {
  openDataDirectory(config.dataDir);
  const quiet = { info: () => undefined, warn: () => undefined };
  const database = await openDatabase({
    databaseUrl: config.databaseUrl ?? undefined,
    dataDir: config.dataDir,
    log: quiet,
  });
  try {
    const deps = {
      store: createStore(database),
      secrets: createSecrets(),
      clock: () => new Date(),
      recheck: () => undefined,
    };
    return await work({ tokens: createTokens(deps), audit: createAudit(deps) });
  } finally {
    await database.close();
  }
}
