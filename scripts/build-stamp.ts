import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the bundle is made of: change one of these and the build is stale. */
const SOURCES = [
  'app',
  'public',
  'server/domain',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  'react-router.config.ts',
];
const PRODUCTS = ['build/server/index.js', 'build/client/assets', 'build/architecture.json', 'build/resolutions.json'];
const STAMP = 'build/.stamp';

function files(root: string, path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full).flatMap((name) => files(root, `${path}/${name}`));
}

/** A hash over the names and contents of all that goes into the bundle; tests do not. */
export function sourceStamp(root: string): string {
  const hash = createHash('sha256');
  const paths = SOURCES.flatMap((source) => files(root, source)).filter((path) => !/\.test\.tsx?$/.test(path));
  for (const path of paths.sort()) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** True when the build under `root` was made from exactly the sources that stand there now. */
export function isBuilt(root: string): boolean {
  if (PRODUCTS.some((product) => !existsSync(join(root, product))) || !existsSync(join(root, STAMP))) return false;
  return readFileSync(join(root, STAMP), 'utf8') === sourceStamp(root);
}

/** Writes down what the finished build was made from; `stamp` is taken before it began. */
export function writeStamp(root: string, stamp: string): void {
  writeFileSync(join(root, STAMP), stamp);
}
