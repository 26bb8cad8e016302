import { execFile } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Log } from '../../application/ports.ts';
import type { OpenCodeHome } from './opencode-home.ts';

const run = promisify(execFile);
const mostMs = 60_000;
const tidied = z.object({ pages: z.number(), files: z.number() });

// In a process of its own: SQLite's calls hold the thread, and a large database takes seconds.
const program = `
const { DatabaseSync } = require('node:sqlite');
const { existsSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const [file, outputs] = process.argv.slice(1);
const database = new DatabaseSync(file);
database.exec('pragma busy_timeout = 1000; pragma wal_checkpoint(truncate)');
const named = new Set();
for (const { data } of database.prepare("select data from part where data like '%tool-output%'").iterate())
  for (const name of data.match(/tool_\\w+/g) ?? []) named.add(name);
const files = existsSync(outputs) ? readdirSync(outputs).filter((name) => !named.has(name)) : [];
for (const name of files) rmSync(join(outputs, name), { recursive: true, force: true });
const pages = Number(database.prepare('pragma freelist_count').get().freelist_count);
if (pages > 0) database.exec('vacuum; pragma wal_checkpoint(truncate)');
database.close();
process.stdout.write(JSON.stringify({ pages, files: files.length }));
`;

/**
 * Takes what was deleted out of OpenCode's files, which its own deletion leaves readable there (measured: in the
 * write-ahead log and in free pages), its log with the commands it judged, and the files of long outputs that no
 * session names: it sometimes writes one twice and knows of the second alone. Only while no OpenCode of this data
 * directory runs. It never keeps OpenCode from starting: what fails is said, and is tried again at the next start.
 */
export async function tidyRecord(home: OpenCodeHome, log: Log): Promise<void> {
  try {
    await rm(home.ownLogs, { recursive: true, force: true });
    const there = await access(home.database).then(
      () => true,
      () => false,
    );
    if (!there) return;
    const node = ['--disable-warning=ExperimentalWarning', '-e', program, home.database, home.outputs];
    const { stdout } = await run(process.execPath, node, { timeout: mostMs, env: { PATH: process.env.PATH ?? '' } });
    const { pages, files } = tidied.parse(JSON.parse(stdout));
    if (pages > 0 || files > 0) log.info({ pages, files }, 'What was deleted is out of the files of OpenCode');
  } catch (error) {
    log.warn({ err: error }, 'What was deleted stays in the files of OpenCode until its next start');
  }
}
