import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

export interface FreshDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own on the tests' PostgreSQL server, which `npm test` starts: empty, or a copy of another. */
export async function freshDatabase(copyOf: string | null = null): Promise<FreshDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set: run the journeys with npm test, or npm run test:e2e.');
  const name = `oio_e2e_${randomBytes(6).toString('hex')}`;
  const sql = postgres(server, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(`create database ${name}${copyOf === null ? '' : ` template ${copyOf}`}`);
  } finally {
    await sql.end();
  }
  const address = new URL(server);
  address.pathname = `/${name}`;
  return {
    name,
    url: address.href,
    async drop() {
      const again = postgres(server, { max: 1, onnotice: () => undefined });
      try {
        await again.unsafe(`drop database if exists ${name} with (force)`);
      } finally {
        await again.end();
      }
    },
  };
}
