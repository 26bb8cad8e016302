import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import type { Database, Db, DbTransaction } from '../../db/client.ts';
import { encryptionKey } from '../../db/schema/encryption.ts';
import type { Encryption } from '../application/ports.ts';
import { createEncryption, keyBytes, keyIdOf } from './encryption.ts';
import { sealedColumns } from './sealed-columns.ts';

export interface KeySource {
  /** ENCRYPTION_KEY: 32 bytes. Null: the file `encryption.key` of the data directory, made when it is missing. */
  readonly encryptionKey: Uint8Array | null;
  readonly dataDir: string;
}

/**
 * The key of this installation, once the database agrees: the first key is noted there, and another one is refused with
 * a sentence, since what one instance seals every other one must open.
 */
export async function openEncryption(
  source: KeySource,
  { db }: Pick<Database, 'db'>,
  keepSecret: (value: string) => void = () => undefined,
): Promise<Encryption> {
  const key = source.encryptionKey ?? keyOfFile(source.dataDir);
  // An agent may read the file: what it shows of it is taken out before it is written down.
  keepSecret(Buffer.from(key).toString('base64'));
  const keyId = keyIdOf(key);
  await db.insert(encryptionKey).values({ keyId }).onConflictDoNothing();
  const noted = await notedKey(db);
  const next = source.encryptionKey === null ? nextOfFile(source.dataDir) : null;
  if (next !== null && keyIdOf(next) === noted) {
    // A rotation ended between its commit and its last step.
    renameSync(nextFile(source.dataDir), keyFile(source.dataDir));
    return createEncryption(next);
  }
  if (noted !== keyId) throw new Error(whyRefused(source, keyId, noted));
  return createEncryption(key);
}

function whyRefused({ encryptionKey, dataDir }: KeySource, keyId: string, noted: string): string {
  const given = encryptionKey === null ? `The key file ${keyFile(dataDir)}` : 'ENCRYPTION_KEY';
  return (
    `${given} is not the key this database is sealed with (it is ${keyId}, the database needs ${noted}): ` +
    'give every instance the same ENCRYPTION_KEY; `npm run encryption:rotate` changes it.'
  );
}

/**
 * Seals everything anew with the next key, in one transaction, and notes it; answers how many texts that were. The app
 * must not run meanwhile: it would go on sealing with the key before.
 */
export async function rotateEncryption(
  { db }: Pick<Database, 'db'>,
  keys: { previous: Uint8Array; next: Uint8Array },
): Promise<number> {
  const from = createEncryption(keys.previous);
  const to = createEncryption(keys.next);
  return db.transaction(async (tx) => {
    const noted = await notedKey(tx, true);
    if (noted === to.keyId) throw new Error('The database is sealed with the new key already.');
    if (noted !== from.keyId)
      throw new Error(`The key given as the present one is ${from.keyId}; the database is sealed with ${noted}.`);
    let sealed = 0;
    for (const { table, id, column, name } of sealedColumns) {
      const rows = await tx.select({ id, text: column }).from(table).for('update');
      for (const row of rows) {
        if (typeof row.text !== 'string') continue;
        const place = `${name}:${String(row.id)}`;
        const text = to.seal(from.open(row.text, place), place);
        await tx
          .update(table)
          .set({ [fieldOf(name)]: text })
          .where(eq(id, row.id));
        sealed += 1;
      }
    }
    await tx.update(encryptionKey).set({ keyId: to.keyId, since: sql`clock_timestamp()` });
    return sealed;
  });
}

/** The present key of the data directory's file; the first time one is made. */
export function keyOfFile(dataDir: string): Uint8Array {
  const file = keyFile(dataDir);
  try {
    // Exclusive: of two that start at once, one makes it and the other reads it.
    writeFileSync(file, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readKey(file);
}

/** Keeps the next key beside the present one; what is answered puts it in its place, once the database has taken it. */
export function keepNextKey(dataDir: string, key: Uint8Array): () => void {
  writeFileSync(nextFile(dataDir), `${Buffer.from(key).toString('base64')}\n`, { mode: 0o600 });
  return () => renameSync(nextFile(dataDir), keyFile(dataDir));
}

function nextOfFile(dataDir: string): Uint8Array | null {
  return existsSync(nextFile(dataDir)) ? readKey(nextFile(dataDir)) : null;
}

function readKey(file: string): Uint8Array {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new Error(`${file} holds no key of ${keyBytes} bytes in base64: put the right one back from your backup.`);
}

const keyFile = (dataDir: string) => join(dataDir, 'encryption.key');
const nextFile = (dataDir: string) => join(dataDir, 'encryption.key.next');

async function notedKey(db: Db | DbTransaction, lock = false): Promise<string> {
  const query = db.select({ keyId: encryptionKey.keyId }).from(encryptionKey);
  const [row] = await (lock ? query.for('update') : query);
  return row?.keyId ?? 'none yet';
}

/** `runtimes.credentials` → `credentials`: the name of the field in the schema. */
function fieldOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
