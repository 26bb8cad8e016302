import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { endServer, freePort, isExecutable, pathFolders } from './own-server.ts';

export interface TestRedis {
  url: string;
  /** Which server it is, for the log. */
  name: string;
  stop(): Promise<void>;
}

/** A Redis of one's own, to be killed, paused and brought back: it keeps its port and nothing else. */
export interface OwnRedis extends TestRedis {
  readonly port: number;
  /** Of the server running now. */
  pid(): number;
  /** SIGKILL, and back when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, at the same port; waits until it answers. */
  start(): Promise<void>;
}

/**
 * A Redis for the tests: TEST_REDIS_URL, else a server of our own from the machine's binary, which CI installs where
 * there is none. Throws a sentence when there is none.
 */
export async function startRedis(): Promise<TestRedis> {
  const given = process.env.TEST_REDIS_URL;
  if (!given) return startOwnRedis();
  await answers(given, 'TEST_REDIS_URL is set, but no Redis answers there: start it or unset the variable.');
  return { url: given, name: 'TEST_REDIS_URL', stop: async () => {} };
}

/** A Redis on a free port of loopback that writes nothing to disk. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const program = findServer() ?? installServer();
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | null = null;

  const end = async (signal: NodeJS.Signals) => {
    const ending = server;
    server = null;
    if (ending?.pid === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((exit) => ending.once('exit', exit));
    await endServer(ending.pid, signal);
    await gone;
  };
  const self: OwnRedis = {
    url,
    name: program,
    port,
    pid() {
      if (server?.pid === undefined) throw new Error('This Redis is not running.');
      return server.pid;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async start() {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      server = spawn(program, settings, { cwd: '/', stdio: 'ignore' });
      server.once('error', () => undefined);
      await answers(url, `${program} started at port ${port} but does not answer.`);
    },
  };
  await self.start();
  return self;
}

function findServer(): string | null {
  const programs = pathFolders().flatMap((folder) => [join(folder, 'redis-server'), join(folder, 'valkey-server')]);
  return programs.find(isExecutable) ?? null;
}

/** Only on a machine made for the tests: nobody's own one gets a package it was not asked about. */
function installServer(): string {
  if (process.env.CI && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { stdio: 'ignore', env, timeout: 300_000 } as const;
    spawnSync('apt-get', ['update'], quiet);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], quiet);
    const installed = findServer();
    if (installed) return installed;
  }
  throw new Error(
    'There is no Redis for the tests: install redis-server or valkey-server (7 or newer), or set TEST_REDIS_URL.',
  );
}

async function answers(url: string, sentence: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 100, retryStrategy: () => 50 });
  let why: Error | null = null;
  redis.on('error', (error: Error) => {
    why = error;
  });
  try {
    await redis.ping();
  } catch {
    throw new Error(sentence, { cause: why });
  } finally {
    redis.disconnect();
  }
}
