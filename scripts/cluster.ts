// Several instances on this machine, to try them out: `npm run cluster`, or `npm run cluster -- 5`. A PostgreSQL and a Redis
// of their own, a data directory each, one administrator. Everything is in a temporary folder, and gone with Ctrl+C.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './own-server.ts';
import { startOwnPostgres } from './postgres.ts';
import { startOwnRedis } from './redis.ts';

const root = resolve(import.meta.dirname, '..');
const count = Number(process.argv[2] ?? 3);
const stopping = new AbortController();
const undo: (() => Promise<void> | void)[] = [];

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly gone: Promise<number | null>;
}

async function start(home: string, number: number, shared: Record<string, string>): Promise<Started> {
  const port = await freePort();
  const found = `--import=${join(root, 'server/resolutions.ts')}`;
  const child = spawn(process.execPath, [found, join(root, 'server/index.ts')], {
    cwd: home,
    // Of its own group, so that Ctrl+C reaches this script only, which ends them one after the other.
    detached: true,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(root, 'build/.compiled'),
      LOG_LEVEL: 'warn',
      DATA_DIR: join(home, `instance-${number}`),
      PORT: String(port),
      ...shared,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => process.stderr.write(`[${number}] ${text}`));
  const gone = new Promise<number | null>((done) => child.once('exit', done).once('error', () => done(null)));
  undo.push(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  const url = `http://127.0.0.1:${port}`;
  for (let ready = false; !ready; await sleep(200, undefined, { signal: stopping.signal })) {
    if (child.exitCode !== null)
      throw new Error(`Instance ${number} ended with ${child.exitCode} instead of starting.`);
    ready = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
  return { url, child, gone };
}

async function run(): Promise<void> {
  if (!Number.isInteger(count) || count < 2 || count > 9) throw new Error('Say how many instances: from 2 to 9.');
  const build = spawn(process.execPath, [join(root, 'scripts/build.ts'), '--if-needed'], {
    cwd: root,
    stdio: 'inherit',
  });
  if ((await new Promise((done) => build.once('exit', done))) !== 0) throw new Error('The pages could not be built.');
  const home = mkdtempSync(join(tmpdir(), 'oio-cluster-'));
  undo.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await startOwnPostgres({ fsync: true });
  undo.push(() => postgres.stop());
  const redis = await startOwnRedis();
  undo.push(() => redis.stop());
  const admin = { email: 'admin@example.com', password: randomBytes(9).toString('base64url') };
  const shared = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
  };
  const instances: Started[] = [];
  for (let number = 1; number <= count; number += 1) instances.push(await start(home, number, shared));
  const lines = instances.map(({ url, child }, index) => `${index + 1}  ${url}  (process ${child.pid})`);
  process.stdout.write(
    `\n  ${lines.join('\n  ')}\n\n  Sign in as ${admin.email} with ${admin.password}; /admin/system shows them all.\n` +
      '  Kill one by its process number and watch the others go on. Ctrl+C ends everything.\n\n',
  );
  for (const [index, { gone }] of instances.entries())
    void gone.then((code) => {
      if (!stopping.signal.aborted) process.stdout.write(`  Instance ${index + 1} ended (${code ?? 'killed'}).\n`);
    });
  await new Promise((done) => stopping.signal.addEventListener('abort', done));
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
try {
  await run();
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  // In reverse: the instances before what they stand on.
  const apps = undo.splice(3);
  await Promise.all(apps.map((end) => end()));
  for (const end of undo.reverse()) await end();
}
