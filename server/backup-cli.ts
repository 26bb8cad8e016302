/** `npm run backup -- FILE` and `npm run restore -- FILE [--replace]`: everything that is needed to go on, in one file. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../db/client.ts';
import { openAsItIs, openForRestore } from '../db/restore.ts';
import { type Config, loadConfig } from './config.ts';
import { backupThroughSocket } from './infrastructure/admin-socket.ts';
import { type BackupReport, backUp } from './infrastructure/backup/backup.ts';
import { type Manifest, notIncluded } from './infrastructure/backup/manifest.ts';
import {
  judgeBackup,
  moveSources,
  restoreDatabase,
  restoreGit,
  setAside,
  whyNoKey,
  workIn,
} from './infrastructure/backup/restore.ts';
import { openDataDirectory } from './infrastructure/data-directory.ts';
import { createStore } from './infrastructure/store/store.ts';

const usage = `Usage: npm run backup -- FILE
       npm run restore -- FILE [--replace]`;
const quiet = { info: () => undefined, warn: () => undefined };

type Say = (line: string) => void;

/** Runs one of the two commands; what goes wrong is thrown as a sentence. `say` gets what a person reads, line by line. */
export async function main(words: readonly string[], environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { replace: { type: 'boolean', default: false } },
  });
  const [command, file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new Error(usage);
  // As it was typed: npm runs scripts in the project's own folder.
  const path = resolve(environment.INIT_CWD ?? '.', file);
  const config = loadConfig(environment);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  if (command === 'backup' && !values.replace) return backup(config, version, path, say);
  if (command === 'restore') return restore(config, version, path, { replace: values.replace, say });
  throw new Error(usage);
}

/** Through the running app, which goes on meanwhile; without one, from the database itself, which is not migrated. */
async function backup(config: Config, version: string, file: string, say: Say): Promise<void> {
  const report = (await backupThroughSocket(join(config.dataDir, 'admin.sock'), file)) ?? (await ownBackup());
  say(`Backup: ${report.file}, ${report.bytes} bytes, SHA-256 ${report.sha256}`);
  say(
    `It holds ${report.rows} rows, ${report.repositories} repositories and ${report.bundles} bundles of unfinished work.`,
  );
  for (const note of report.notes) say(`Note: ${note}`);
  for (const what of notIncluded) say(`Not in it: ${what}.`);
  if (report.encryptionKeyId !== null) say(`The key it needs: ${report.encryptionKeyId}.`);

  async function ownBackup(): Promise<BackupReport> {
    const database = await openAsItIs({ ...config, log: quiet });
    try {
      return await backUp({ database, dataDir: config.dataDir, version }, file);
    } finally {
      await database.close();
    }
  }
}

async function restore(
  config: Config,
  version: string,
  file: string,
  { replace, say }: { replace: boolean; say: Say },
): Promise<void> {
  const manifest = await judgeBackup(file, version);
  say(`${file}: taken ${manifest.takenAt} by version ${manifest.version}, every checksum is right.`);
  openDataDirectory(config.dataDir);
  const target = await openForRestore({ ...config, log: quiet });
  let notes: string[];
  try {
    const there = [...(await target.holds()), ...(await workIn(config.dataDir))];
    if (there.length > 0 && !replace)
      throw new Error(
        `This installation is not empty (${there.join(', ')}): restore into another DATA_DIR and database, or say ` +
          '--replace to put the backup in the place of what is here. Nothing was restored.',
      );
    const names = new Set(manifest.tables.map(({ name }) => name));
    const aside = await target.fill(names, async (tx) => {
      await restoreDatabase(tx, target.kind, file, manifest);
      await moveSources(tx, config.dataDir, manifest);
      return () => setAside(config.dataDir, ['mirrors', 'repositories', 'bundles', 'worktrees'], new Date());
    });
    if (aside !== null) say(`What was in the data directory lies in ${aside} now.`);
    say(`The database is restored: ${manifest.tables.reduce((sum, { rows }) => sum + rows, 0)} rows.`);
    notes = await restoreGit(file, config.dataDir, manifest, target.db());
  } finally {
    await target.close();
  }
  await conclude(config, manifest, notes, say);
}

/** Opens it as the app will: brings an earlier schema up to date, and writes the restore into every team's record. */
async function conclude(config: Config, manifest: Manifest, notes: readonly string[], say: Say): Promise<void> {
  const database = await openDatabase({ ...config, databaseUrl: config.databaseUrl ?? undefined, log: quiet });
  try {
    const store = createStore(database);
    for (const { id } of await store.teams.list()) {
      await store.audit.append({
        teamId: id,
        actor: { kind: 'system', teamId: null, name: 'local administration' },
        action: 'backup.restored',
        subject: { kind: 'team', id },
        after: { takenAt: manifest.takenAt, version: manifest.version },
      });
    }
    for (const { team, firstBroken, entries } of manifest.chains)
      say(
        `Audit of ${team}: ${entries} entries, ${firstBroken === null ? 'whole' : `BROKEN at entry ${firstBroken}, as it was in the backup`}.`,
      );
  } finally {
    await database.close();
  }
  for (const note of notes) say(`Note: ${note}`);
  const key = whyNoKey(manifest, config);
  if (key !== null) say(`Note: ${key}`);
  say('Logins and tokens are as they were then: revoke again what was revoked since. Start the app with npm start.');
}

if (import.meta.main) {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await main(process.argv.slice(2), process.env, (line) => void process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
