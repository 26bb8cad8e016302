import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import postgres from 'postgres';
import { overPglite } from '../pglite.ts';
import { openPostgres } from '../postgres.ts';

const quiet = { info: () => {}, warn: () => {} };

/** A migrated, empty PGlite as a file that others are opened from: a tenth of the work of making one. */
export async function pgliteTemplate(): Promise<Blob> {
  const pglite = await PGlite.create();
  const database = await overPglite(pglite);
  const dump = await pglite.dumpDataDir('none');
  await database.close();
  return dump;
}

/** Runs statements on the server itself, on a connection of their own. */
export async function onServer(url: string, statement: string): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}

/** Once in a run, for all its processes: both databases migrated, to be copied by each file that needs one. */
export default async function makeTemplates(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-template-'));
  const file = join(folder, 'pglite.tar');
  writeFileSync(file, Buffer.from(await (await pgliteTemplate()).arrayBuffer()));
  process.env.TEST_PGLITE_TEMPLATE = file;
  const url = process.env.TEST_DATABASE_URL;
  const name = `orchestrator_template_${process.pid}_${Date.now().toString(36)}`;
  if (url !== undefined) {
    await onServer(url, `create database ${name}`);
    const its = new URL(url);
    its.pathname = `/${name}`;
    await (await openPostgres(its.href, { log: quiet })).close();
    process.env.TEST_DATABASE_TEMPLATE = name;
  }
  return async () => {
    rmSync(folder, { recursive: true, force: true });
    if (url !== undefined) await onServer(url, `drop database if exists ${name} with (force)`);
  };
}
