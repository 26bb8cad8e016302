// Preloaded while the build loads what `npm start` will run: writes build/resolutions.json (see server/resolutions.ts).
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { base, importerOf, packagesNow, type Resolutions } from '../server/resolutions.ts';

const found: Resolutions = { packages: packagesNow(), imports: {} };

registerHooks({
  resolve(specifier, context, next) {
    const result = next(specifier, context);
    const from = importerOf(context);
    // Node's own modules need no finding.
    if (from !== null && result.url.startsWith(base) && typeof result.format === 'string') {
      found.imports[from] ??= {};
      found.imports[from][specifier] = [result.url.slice(base.length), result.format];
    }
    return result;
  },
});

process.once('exit', () =>
  writeFileSync(resolve(import.meta.dirname, '../build/resolutions.json'), JSON.stringify(found)),
);
