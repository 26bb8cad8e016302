/** `npm run encryption:rotate`: everything sealed is sealed anew with the next key. Every instance is stopped meanwhile. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openDatabase } from '../db/client.ts';
import { loadConfig } from './config.ts';
import { openDataDirectory } from './infrastructure/data-directory.ts';
import { keyBytes } from './infrastructure/encryption.ts';
import { keepNextKey, keyOfFile, openEncryption, rotateEncryption } from './infrastructure/encryption-key.ts';

async function main(): Promise<string> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const inFile = config.encryptionKey === null && config.encryptionKeyNext === null;
  if (config.encryptionKey !== null && config.encryptionKeyNext === null)
    throw new Error('Give the new key in ENCRYPTION_KEY_NEXT, beside the present one in ENCRYPTION_KEY.');
  openDataDirectory(config.dataDir);
  const quiet = { info: () => undefined, warn: () => undefined };
  const database = await openDatabase({
    databaseUrl: config.databaseUrl ?? undefined,
    dataDir: config.dataDir,
    log: quiet,
  });
  try {
    await openEncryption(config, database);
    const previous = config.encryptionKey ?? keyOfFile(config.dataDir);
    const next = config.encryptionKeyNext ?? randomBytes(keyBytes);
    const taken = inFile ? keepNextKey(config.dataDir, next) : () => undefined;
    const count = await rotateEncryption(database, { previous, next });
    taken();
    const sealed = `${count} ${count === 1 ? 'secret is' : 'secrets are'} sealed with the new key.`;
    return inFile ? sealed : `${sealed} Set ENCRYPTION_KEY to it on every instance before the next start.`;
  } finally {
    await database.close();
  }
}

main().then(
  (sentence) => process.stdout.write(`${sentence}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
