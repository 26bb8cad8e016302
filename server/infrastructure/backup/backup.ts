import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sql } from 'drizzle-orm';
import type { Database, DbTransaction } from '../../../db/client.ts';
import { atOneMoment, rowsOfTable, sequencesOf, tablesOf } from '../../../db/dump.ts';
import { schemaLevel } from '../../../db/load.ts';
import { rowsOf } from '../../../db/rows.ts';
import { createGit } from '../git/git-command.ts';
import { exists } from '../git/mirror.ts';
import { createStore } from '../store/store.ts';
import { type ArchiveWriter, writeArchive } from './archive.ts';
import type { KeptChain, KeptRepository, Manifest } from './manifest.ts';
import { keepRepository, pinWorktrees, type RepositoryRow } from './repositories.ts';

const compressed = promisify(gzip);

export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
  readonly repositories: number;
  readonly bundles: number;
  readonly encryptionKeyId: string | null;
  /** What a person should know: a repository that could not be read, a chain that is broken. */
  readonly notes: readonly string[];
}

/**
 * Writes everything that is needed to go on elsewhere into one file, while the app runs or not: the database as of one
 * moment, then git, which may be a little ahead of it, as after a crash. Never the encryption key.
 */
export async function backUp(
  { database, dataDir, version }: { database: Pick<Database, 'db' | 'kind'>; dataDir: string; version: string },
  file: string,
): Promise<BackupReport> {
  const folder = dirname(file);
  if (!(await exists(folder))) throw new Error(`There is no folder ${folder}: make it, or name another file.`);
  if (await exists(file)) throw new Error(`${file} exists already: name another file, no backup is written over.`);
  if ((await schemaLevel(database.db)) === null) throw new Error('The database is empty: there is nothing to back up.');
  await noteTaking(database, version);
  const git = createGit(process.env);
  const scratch = await mkdtemp(join(folder, `.${basename(file)}-`));
  const notes: string[] = [];
  try {
    const { bytes, sha256, manifest } = await writeArchive(file, async (archive) => {
      const stored = await atOneMoment(database.db, (tx) => keepDatabase(tx, database.kind, archive));
      const { unpin, unread } = await pinWorktrees(git, dataDir);
      if (unread.length > 0)
        notes.push(`Half-done work of ${unread.length} attempts could not be read: ${unread.join(', ')}`);
      const kept: KeptRepository[] = [];
      try {
        for (const repository of stored.repositories)
          kept.push(await keepRepository({ git, dataDir, archive, scratch }, repository));
      } finally {
        await unpin();
      }
      return {
        ...stored,
        format: 1,
        product: 'opencode-industrial-orchestrator',
        version,
        database: database.kind,
        dataDir,
        repositories: kept,
        bundles: await keepBundles(dataDir, archive),
      };
    });
    for (const { name, note } of manifest.repositories) if (note !== null) notes.push(`${name}: ${note}`);
    for (const { team, firstBroken } of manifest.chains)
      if (firstBroken !== null)
        notes.push(`The audit of ${team} is broken at entry ${firstBroken}; it was kept as it is.`);
    return {
      file,
      bytes,
      sha256,
      rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
      repositories: manifest.repositories.filter(({ part }) => part !== null).length,
      bundles: manifest.bundles.length,
      encryptionKeyId: manifest.encryptionKeyId,
      notes,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** In every team's record, before the snapshot: who has the backup sees in it that it was taken. */
async function noteTaking(database: Pick<Database, 'db' | 'kind'>, version: string): Promise<void> {
  const store = createStore(database);
  for (const { id } of await store.teams.list())
    await store.audit.append({
      teamId: id,
      actor: { kind: 'system', teamId: null, name: 'local administration' },
      action: 'backup.taken',
      subject: { kind: 'team', id },
      after: { version },
    });
}

type Stored = Pick<Manifest, 'takenAt' | 'schema' | 'encryptionKeyId' | 'tables' | 'sequences' | 'chains'> & {
  repositories: RepositoryRow[];
};

async function keepDatabase(tx: DbTransaction, kind: Database['kind'], archive: ArchiveWriter): Promise<Stored> {
  const [now] = rowsOf(await tx.execute(sql`select clock_timestamp()::text as at`));
  const schema = await schemaLevel(tx);
  if (schema === null) throw new Error('The database is empty: there is nothing to back up.');
  const tables: Manifest['tables'] = [];
  for (const table of await tablesOf(tx)) {
    let rows = 0;
    const parts: string[] = [];
    for await (const piece of rowsOfTable(tx, table)) {
      const path = `database/${table.name}/${String(parts.length + 1).padStart(6, '0')}.jsonl.gz`;
      await archive.bytes(path, await compressed(piece.lines, { level: 3 }));
      parts.push(path);
      rows += piece.rows;
    }
    tables.push({ name: table.name, columns: [...table.columns], rows, parts });
  }
  const [key] = rowsOf(await tx.execute(sql`select key_id from encryption_key`));
  return {
    takenAt: new Date(String(now?.at)).toISOString(),
    schema: { ...schema },
    encryptionKeyId: key === undefined ? null : String(key.key_id),
    tables,
    sequences: await sequencesOf(tx),
    chains: await readChains(tx, kind),
    repositories: await repositoriesOf(tx),
  };
}

/** Every team's audit chain, read anew through this very transaction. */
export async function readChains(tx: DbTransaction, kind: Database['kind']): Promise<KeptChain[]> {
  const { audit, teams } = createStore({ db: tx, kind });
  const chains: KeptChain[] = [];
  for (const { id, slug } of await teams.list()) {
    const { entries, firstBroken } = await audit.verify(id);
    const [last] = rowsOf(
      await tx.execute(sql`select hash from audit where team_id = ${id}::uuid order by number desc limit 1`),
    );
    chains.push({ teamId: id, team: slug, entries, firstBroken, head: last === undefined ? null : String(last.hash) });
  }
  return chains;
}

async function repositoriesOf(tx: DbTransaction): Promise<RepositoryRow[]> {
  const rows = rowsOf(
    await tx.execute(sql`select id, name, kind, source, base_branch from repositories order by created_at, id`),
  );
  return rows.map(({ id, name, kind, source, base_branch }) => ({
    id: String(id),
    name: String(name),
    kind: kind === 'url' ? 'url' : 'path',
    source: String(source),
    baseBranch: String(base_branch),
  }));
}

/** Unfinished work of earlier attempts. */
async function keepBundles(dataDir: string, archive: ArchiveWriter): Promise<string[]> {
  const folder = join(dataDir, 'bundles');
  const names = (await exists(folder)) ? (await readdir(folder)).filter((name) => /^[^.].*\.bundle$/.test(name)) : [];
  const kept: string[] = [];
  for (const name of names) {
    try {
      await archive.file(`bundles/${name}`, join(folder, name));
      kept.push(name);
    } catch (error) {
      // Removed for its age between the two looks.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return kept;
}
