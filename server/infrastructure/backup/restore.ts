import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { sql } from 'drizzle-orm';
import type { DatabaseKind, Db, DbTransaction } from '../../../db/client.ts';
import {
  emptyTable,
  loadRows,
  migrateEmpty,
  migrationsUpTo,
  setSequences,
  withoutReferences,
} from '../../../db/load.ts';
import { rowsOf } from '../../../db/rows.ts';
import type { RepositoryRef } from '../../application/git-port.ts';
import { keyIdOf } from '../encryption.ts';
import { createGit } from '../git/git-command.ts';
import { bundledSamples, type GitContext } from '../git/places.ts';
import { adoptBranch } from '../git/transfer.ts';
import { readArchive, verifyArchive } from './archive.ts';
import { readChains } from './backup.ts';
import type { KeptRepository, Manifest } from './manifest.ts';
import { bringRepository } from './repositories.ts';

const gunzipped = promisify(gunzip);
/** A part is written from about 4 MiB of rows; one row alone may hold a bundle of commits. */
const mostUnpacked = 256 * 1024 * 1024;

/** What a part of a backup holds. Refuses one that unpacks to what no backup writes, before it fills the memory. */
export async function unpacked(path: string, part: Buffer, mostBytes = mostUnpacked): Promise<Buffer> {
  try {
    return await gunzipped(part, { maxOutputLength: mostBytes });
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ERR_BUFFER_TOO_LARGE') throw error;
    const most = mostBytes / 1024 / 1024;
    throw new Error(`${path} of the backup unpacks to more than ${most} MiB: nothing was restored.`, { cause: error });
  }
}

/** Judges a backup by its own words before anything is touched: whole, and of a version this program can take on from. */
export async function judgeBackup(file: string, version: string): Promise<Manifest> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const manifest = await verifyArchive(file);
  if (migrationsUpTo(manifest.schema) === null)
    throw new Error(
      `The backup was taken by version ${manifest.version} with a database of ${manifest.schema.migrations} migrations, ` +
        `which this version ${version} does not know: restore it with that version or a later one. Nothing was restored.`,
    );
  return manifest;
}

/**
 * Fills an empty database from a backup: the schema as it was, the rows, the counters. Judges every reference and every
 * audit chain, and throws when one is not as it was; the caller's transaction then leaves nothing behind.
 */
export async function restoreDatabase(
  tx: Db | DbTransaction,
  kind: DatabaseKind,
  file: string,
  manifest: Manifest,
): Promise<void> {
  await migrateEmpty(tx, migrationsUpTo(manifest.schema) ?? []);
  const judgeReferences = await withoutReferences(tx);
  const tables = new Map(manifest.tables.flatMap((table) => table.parts.map((part) => [part, table] as const)));
  for (const { name } of manifest.tables) await emptyTable(tx, name);
  await readArchive(file, async (path, _, content) => {
    const table = tables.get(path);
    if (table === undefined) return;
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    const lines = (await unpacked(path, Buffer.concat(pieces))).toString('utf8');
    await loadRows(tx, table, { table: table.name, rows: 0, lines });
  });
  await setSequences(tx, manifest.sequences);
  for (const { name, rows } of manifest.tables) {
    const [counted] = rowsOf(await tx.execute(sql`select count(*)::int as rows from ${sql.identifier(name)}`));
    if (counted?.rows !== rows)
      throw new Error(
        `The table ${name} should have ${rows} rows and has ${String(counted?.rows)}: nothing was restored.`,
      );
  }
  await judgeReferences();
  await judgeChains(tx as DbTransaction, kind, manifest);
}

async function judgeChains(tx: DbTransaction, kind: DatabaseKind, manifest: Manifest): Promise<void> {
  const found = new Map((await readChains(tx, kind)).map((chain) => [chain.teamId, chain]));
  for (const kept of manifest.chains) {
    const now = found.get(kept.teamId);
    const same =
      now !== undefined &&
      now.entries === kept.entries &&
      now.firstBroken === kept.firstBroken &&
      now.head === kept.head;
    if (same) continue;
    const where = now?.firstBroken ?? kept.entries;
    throw new Error(
      `The audit chain of ${kept.team} is not as it was when the backup was taken (see entry ${where}): nothing was restored.`,
    );
  }
}

/** Repositories inside the data directory lie elsewhere when the directory does. */
export async function moveSources(tx: Db | DbTransaction, dataDir: string, manifest: Manifest): Promise<void> {
  for (const { id, kind, inside, place } of manifest.repositories)
    if (inside && kind === 'path')
      await tx.execute(sql`update repositories set source = ${join(dataDir, place)}::text where id = ${id}::uuid`);
}

const kept = ['mirrors', 'repositories', 'bundles', 'worktrees'] as const;

/** What lies in a data directory that a restore would meet. */
export async function workIn(dataDir: string): Promise<string[]> {
  const there: string[] = [];
  for (const folder of kept)
    if (existsSync(join(dataDir, folder)) && (await readdir(join(dataDir, folder))).length > 0) there.push(folder);
  return there;
}

/** Moves them out of the way, into a folder that is named after the moment. */
export async function setAside(dataDir: string, folders: readonly string[], now: Date): Promise<string | null> {
  const present = folders.filter((folder) => existsSync(join(dataDir, folder)));
  if (present.length === 0) return null;
  const aside = join(dataDir, `before-restore-${now.toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(aside, { mode: 0o700 });
  for (const folder of present) await rename(join(dataDir, folder), join(aside, folder));
  return aside;
}

/**
 * Brings git back: mirrors and samples whole, into a person's own repository what it lacks, bundles as files; then puts
 * the branch of each open session where the database has it. Answers sentences a person has to act on.
 */
export async function restoreGit(file: string, dataDir: string, manifest: Manifest, db: Db): Promise<string[]> {
  const git = createGit(process.env);
  const scratch = await mkdtemp(join(dataDir, '.restoring-'));
  const notes: string[] = [];
  try {
    const wanted = new Map(
      manifest.repositories.flatMap((one) => (one.part === null ? [] : [[one.part, one] as const])),
    );
    await mkdir(join(dataDir, 'bundles'), { recursive: true, mode: 0o700 });
    const tell = (note: string | null) => (note === null ? undefined : notes.push(note));
    await readArchive(file, async (path, _, content) => {
      const repository = wanted.get(path);
      const name = /^bundles\/([^/]+)$/.exec(path)?.[1];
      if (name !== undefined && manifest.bundles.includes(name)) await save(content, join(dataDir, 'bundles', name));
      if (repository === undefined) return;
      const bundle = join(scratch, 'one.bundle');
      await save(content, bundle);
      tell(await bringRepository(git, { dataDir, bundle }, repository));
      await rm(bundle);
    });
    for (const repository of manifest.repositories)
      if (repository.part === null) tell(await bringRepository(git, { dataDir, bundle: null }, repository));
    notes.push(
      ...(await alignBranches(
        { git, dataDir, samplesDir: bundledSamples, log: silent, networkMs: 60_000 },
        manifest,
        db,
      )),
    );
    return notes;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const save = (content: AsyncIterable<Buffer>, path: string) =>
  pipeline(content, createWriteStream(path, { mode: 0o600, flush: true }));

/** Git was kept after the database, so a branch may stand beyond what is stored: what was beyond stays reachable. */
async function alignBranches(context: GitContext, manifest: Manifest, db: Db): Promise<string[]> {
  const notes: string[] = [];
  const rows = rowsOf(
    await db.execute(sql`select s.id, s.slug, t.slug as team, s.branch, s.base_commit, s.head_commit, s.repository_id
      from sessions s join teams t on t.id = s.team_id
      where s.branch is not null and s.base_commit is not null and s.head_commit is not null and s.ended_at is null`),
  );
  for (const row of rows) {
    const repository = manifest.repositories.find(({ id }) => id === row.repository_id);
    if (repository === undefined) continue;
    const work = { branch: String(row.branch), baseCommit: String(row.base_commit), head: String(row.head_commit) };
    const session = { id: String(row.id), slug: String(row.slug), teamSlug: String(row.team) };
    try {
      await adoptBranch(context, refOf(context.dataDir, repository), session, work);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      notes.push(
        `${session.slug}: its branch ${work.branch} could not be put to ${work.head.slice(0, 12)} (${reason})`,
      );
    }
  }
  return notes;
}

function refOf(dataDir: string, { id, kind, source, baseBranch, inside, place }: KeptRepository): RepositoryRef {
  return { id, kind, baseBranch, source: inside && kind === 'path' ? join(dataDir, place) : source };
}

/** A sentence when the key at hand is not the one the backup's secrets are sealed with; null when it is. */
export function whyNoKey(
  manifest: Manifest,
  source: { encryptionKey: Uint8Array | null; dataDir: string },
): string | null {
  const { encryptionKeyId } = manifest;
  if (encryptionKeyId === null) return null;
  const file = join(source.dataDir, 'encryption.key');
  const key =
    source.encryptionKey ?? (existsSync(file) ? Buffer.from(readFileSync(file, 'utf8').trim(), 'base64') : null);
  if (key !== null && keyIdOf(key) === encryptionKeyId) return null;
  return (
    `The key of this installation is ${key === null ? 'missing' : keyIdOf(key)}; the backup is sealed with ${encryptionKeyId}. ` +
    `Before the start put that key at ${file} (its line of base64) or in ENCRYPTION_KEY: without it the app refuses to start.`
  );
}
