/**
 * PRELOADED BY `npm start`: where each import leads, as the build found it out. Node asks the file system and reads
 * package files anew for every import: with 1,500 modules two thirds of what loading them takes. Without a build, or
 * with other packages than it saw, Node looks for itself, as it does for whatever the build did not see.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type ResolveHookContext, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Paths under the root, so that a build may be moved: importing file → what it names → file and its format. */
export interface Resolutions {
  readonly packages: string;
  readonly imports: Record<string, Record<string, readonly [path: string, format: string]>>;
}

const root = join(import.meta.dirname, '..');
const file = join(root, 'build/resolutions.json');
/** What every address of ours begins with. */
export const base = `${pathToFileURL(root).href}/`;

/** Names the packages that are installed. */
export function packagesNow(): string {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * The file of ours that imports, when it does so ordinarily: `require`, and imports under conditions of their own, may
 * lead elsewhere.
 */
export function importerOf({ conditions, parentURL }: ResolveHookContext): string | null {
  if (!conditions.includes('import') || conditions.includes('development')) return null;
  return parentURL?.startsWith(base) ? parentURL.slice(base.length) : null;
}

if (existsSync(file)) {
  const { packages, imports } = JSON.parse(readFileSync(file, 'utf8')) as Resolutions;
  if (packages === packagesNow())
    registerHooks({
      resolve(specifier, context, next) {
        const from = importerOf(context);
        const known = from === null ? undefined : imports[from]?.[specifier];
        if (known === undefined) return next(specifier, context);
        return { url: base + known[0], format: known[1], shortCircuit: true };
      },
    });
}
