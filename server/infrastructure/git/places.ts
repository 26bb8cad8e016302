import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RepositoryRef } from '../../application/git-port.ts';
import type { Log } from '../../application/ports.ts';
import type { Git } from './git-command.ts';

/** What every part of the git adapter works with. */
export interface GitContext {
  git: Git;
  dataDir: string;
  samplesDir: string;
  log: Log;
  /** Bound on all network calls of one verb, in milliseconds. */
  networkMs: number;
}

export const bundledSamples = fileURLToPath(new URL('../../../samples/', import.meta.url));

/** The repository git works in: the person's own for a path, our mirror for a URL. */
export function placeOf(context: GitContext, repository: RepositoryRef): string {
  return repository.kind === 'path'
    ? repository.source
    : join(context.dataDir, 'mirrors', `${safeName(repository.id)}.git`);
}

/** A name that is one plain path segment, whatever it was made from. */
export function safeName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return plain.slice(0, 100) || 'unnamed';
}

/** A folder under DATA_DIR, readable by the owner alone. */
export async function dataFolder(context: GitContext, ...segments: string[]): Promise<string> {
  const folder = join(context.dataDir, ...segments);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const OBJECT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Refuses anything but a full object id, so that nothing read as an option or an expression reaches git. */
export function objectId(text: string): string {
  if (!OBJECT_ID.test(text)) throw new TypeError(`Not a commit id: ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}
