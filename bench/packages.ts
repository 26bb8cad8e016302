import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Works with a folder that has these packages, which never come near our lockfile. PEERS_DIR names one where they are
 * installed already; else it is made, and removed afterwards.
 */
export async function installed<T>(packages: readonly string[], work: (folder: string) => Promise<T>): Promise<T> {
  const given = process.env.PEERS_DIR;
  if (given !== undefined) return work(given);
  const folder = mkdtempSync(join(tmpdir(), 'oio-peers-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', ...packages], {
      cwd: folder,
      timeout: 600_000,
      maxBuffer: 2 ** 26,
    });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
