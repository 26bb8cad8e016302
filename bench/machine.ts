import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, type as system, totalmem } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The machine in a line. */
export function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gigabytes} GiB, ${system()} ${release()} ${arch()}`;
}

/** What was measured, and on what. */
export function versions(): Record<string, string> {
  return {
    product: `${version('package.json')} at ${commit()}`,
    node: process.version,
    pglite: version('node_modules/@electric-sql/pglite/package.json'),
    postgres: version('node_modules/postgres/package.json'),
    drizzle: version('node_modules/drizzle-orm/package.json'),
    opencode: version('node_modules/opencode-linux-x64/package.json'),
  };
}

function version(file: string): string {
  try {
    return (JSON.parse(readFileSync(join(root, file), 'utf8')) as { version: string }).version;
  } catch {
    // Another platform has another package: what is not there has no version.
    return 'absent';
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    // A copy without its history is measured all the same.
    return 'no commit';
  }
}
