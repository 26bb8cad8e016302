import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { startPostgres } from '../scripts/postgres.ts';

/** A PostgreSQL server with fsync on for the time of `work`, ended by the process id it wrote down. */
export async function withPostgres<T>(work: (url: string, name: string) => Promise<T>): Promise<T> {
  const server = await startPostgres({ fsync: true });
  try {
    const [row] = await ask(server.url, 'show fsync');
    if (row?.fsync !== 'on') throw new Error(`The PostgreSQL at ${server.name} does not flush; its rates would lie.`);
    return await work(server.url, server.name);
  } finally {
    await server.stop();
  }
}

/** The address of a new, empty database on the server. */
export async function newDatabase(server: string): Promise<string> {
  const name = `oio_bench_${randomBytes(6).toString('hex')}`;
  await ask(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** One statement on a connection of its own. */
export async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
