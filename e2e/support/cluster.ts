import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { App } from './app.ts';
import { createInstallation, type Installation, type Knobs, randomAdmin } from './installation.ts';
import { freshDatabase } from './postgres.ts';

/** Instances with a data directory each, on one PostgreSQL and one Redis. */
export interface Cluster {
  readonly houses: readonly Installation[];
  /** The present life of each, in the order of the houses; null for one that is not started. */
  readonly apps: (App | null)[];
  start(index: number, knobs?: Knobs): Promise<App>;
  /** The place of the instance that holds the session's lease; null when nobody does. */
  ownerOf(sessionId: string): Promise<number | null>;
  log(): string;
  close(): Promise<void>;
}

export async function createCluster(count: number, knobs: Knobs = {}): Promise<Cluster> {
  const redis = process.env.TEST_REDIS_URL;
  if (!redis) throw new Error('TEST_REDIS_URL is not set: run the journeys with npm test, or npm run test:e2e.');
  const database = await freshDatabase();
  const shared = {
    admin: randomAdmin(),
    environment: {
      DATABASE_URL: database.url,
      REDIS_URL: redis,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ...knobs,
    },
  };
  const houses = await Promise.all(Array.from({ length: count }, () => createInstallation({ shared })));
  const apps: (App | null)[] = houses.map(() => null);
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  const house = (index: number): Installation => {
    const found = houses[index];
    if (!found) throw new Error(`There is no instance ${index}.`);
    return found;
  };
  return {
    houses,
    apps,
    async start(index, more) {
      const app = await house(index).start(more);
      apps[index] = app;
      return app;
    },
    async ownerOf(sessionId) {
      const [row] =
        await sql`select i.url from sessions s join instances i on i.owner = s.owner where s.id = ${sessionId}`;
      const place = houses.findIndex(({ url }) => url === row?.url);
      return place < 0 ? null : place;
    },
    log: () => houses.map((one, index) => `===== instance ${index}\n${one.log()}`).join('\n'),
    async close() {
      await sql.end();
      for (const one of houses) await one.close();
      await database.drop();
    },
  };
}
