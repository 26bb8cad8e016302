import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../db/client.ts';
import { runtimes } from '../../db/schema/agents.ts';
import { openTestDatabase } from '../../db/testing/database.ts';
import { createEncryption } from './encryption.ts';
import { keepNextKey, keyOfFile, openEncryption, rotateEncryption } from './encryption-key.ts';

const place = 'runtimes.credentials:7';

test('what is sealed opens with the same key at the same place, and shows nothing', () => {
  const encryption = createEncryption(randomBytes(32));
  const sealed = encryption.seal('correct horse', place);
  expect(encryption.open(sealed, place)).toBe('correct horse');
  expect(sealed).toContain(encryption.keyId);
  expect(sealed).not.toContain(Buffer.from('correct horse').toString('base64url'));
  expect(encryption.seal('correct horse', place)).not.toBe(sealed);
});

test('another place, a changed text and another key are told apart', () => {
  const key = randomBytes(32);
  const encryption = createEncryption(key);
  const sealed = encryption.seal('correct horse', place);
  expect(() => encryption.open(sealed, 'runtimes.credentials:8')).toThrow(/belongs elsewhere/);
  const parts = sealed.split('.');
  const flipped = Buffer.from(Buffer.from(parts[4] ?? '', 'base64url').map((byte) => byte ^ 1));
  expect(() => encryption.open([...parts.slice(0, 4), flipped.toString('base64url')].join('.'), place)).toThrow(
    /was changed/,
  );
  // A shorter tag would be easier to forge.
  const short = Buffer.from(parts[3] ?? '', 'base64url').subarray(0, 4);
  expect(() =>
    encryption.open([...parts.slice(0, 3), short.toString('base64url'), parts[4]].join('.'), place),
  ).toThrow();
  const other = createEncryption(randomBytes(32));
  expect(() => other.open(sealed, place)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  expect(() => other.open('plain', place)).toThrow(/not sealed/);
  expect(createEncryption(randomBytes(32), [key]).open(sealed, place)).toBe('correct horse');
});

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  let database: Database;
  let dataDir: string;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    dataDir = mkdtempSync(join(tmpdir(), 'encryption-'));
  });
  afterAll(async () => {
    await database.close();
    rmSync(dataDir, { recursive: true });
  });

  const row = { id: '00000000-0000-4000-8000-000000000007', name: 'far', state: 'offline' } as const;
  const at = `runtimes.credentials:${row.id}`;
  const stored = async () =>
    (await database.db.select().from(runtimes).where(eq(runtimes.id, row.id)))[0]?.credentials ?? '';

  test('the first key is noted, another one is refused, and a rotation seals everything anew', async () => {
    const first = await openEncryption({ encryptionKey: null, dataDir }, database);
    expect(statSync(join(dataDir, 'encryption.key')).mode & 0o777).toBe(0o600);
    expect((await openEncryption({ encryptionKey: null, dataDir }, database)).keyId).toBe(first.keyId);
    await expect(openEncryption({ encryptionKey: randomBytes(32), dataDir }, database)).rejects.toThrow(
      /^ENCRYPTION_KEY is not the key this database is sealed with/,
    );
    await database.db
      .insert(runtimes)
      .values({ ...row, kind: 'opencode_external', credentials: first.seal('correct horse', at) });

    const previous = keyOfFile(dataDir);
    const next = randomBytes(32);
    await expect(rotateEncryption(database, { previous: randomBytes(32), next })).rejects.toThrow(/is sealed with/);
    // As when the machine stops between the commit and the last step.
    keepNextKey(dataDir, next);
    expect(await rotateEncryption(database, { previous, next })).toBe(1);
    const again = await openEncryption({ encryptionKey: null, dataDir }, database);
    expect(again.open(await stored(), at)).toBe('correct horse');
    expect(() => first.open(again.seal('x', at), at)).toThrow();
    expect(keyOfFile(dataDir)).toEqual(next);
    expect((await openEncryption({ encryptionKey: next, dataDir }, database)).keyId).toBe(again.keyId);
  });
});
