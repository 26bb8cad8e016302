import { readFile } from 'node:fs/promises';
import type { GlassBox, Traffic } from '../application/architecture-port.ts';

/** Where the build writes its import graph. */
const file = new URL('../../build/architecture.json', import.meta.url);

/** What this process has answered, counted as it is answered. */
export interface TrafficCounter {
  count(what: 'api' | 'pages' | 'external'): void;
  /** Who knows how many clients are connected. */
  clients(source: () => number): void;
}

/** The build's own picture, and the counters that the HTTP side keeps. */
export function createGlassBox(): GlassBox & TrafficCounter {
  const served: Traffic = { api: 0, pages: 0, external: 0, clients: 0 };
  let connected = () => 0;
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8'));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    traffic: () => ({ ...served, clients: connected() }),
    count(what) {
      served[what] += 1;
    },
    clients(source) {
      connected = source;
    },
  };
}
