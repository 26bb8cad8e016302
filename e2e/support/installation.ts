import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type App, type Exit, launch, ready } from './app.ts';
import { makeRepository } from './git.ts';
import { freshDatabase } from './postgres.ts';
import { killHard, type ProcessIdentity, processesMentioning } from './processes.ts';
import { type RestClient, restClient } from './rest.ts';
import { allScopes, layTemplate, type Template } from './template.ts';
import { until } from './wait.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** Environment variables of the app, on top of those every installation has. */
export type Knobs = Readonly<Record<string, string>>;

/** One data directory with its administrator, its port and its tokens, over any number of starts of the app. */
export interface Installation {
  readonly dataDir: string;
  /** For repositories and whatever else belongs to the test; gone with the installation. */
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  /** Of every process of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly admin: { readonly email: string; readonly password: string };
  /** Starts the app and waits until it is ready. */
  start(knobs?: Knobs): Promise<App>;
  /** Starts the app and does not wait. */
  launch(knobs?: Knobs): App;
  /** Starts the app as it must not start; answers how it ended. */
  refused(knobs?: Knobs): Promise<Exit & { output: string }>;
  /** A client with every scope the tests need. */
  api(): Promise<RestClient>;
  token(scopes: readonly string[]): Promise<string>;
  repository(name?: string, files?: Record<string, string>): Promise<string>;
  /** The supervised OpenCode, once there is one. */
  openCode(): Promise<ProcessIdentity>;
  /** Command lines of everything that still runs for this data directory. */
  leftRunning(): Promise<string[]>;
  /** Ends whatever this installation started, and removes its files. */
  close(): Promise<void>;
  log(): string;
}

/** What the instances of a cluster have in common. */
export interface Shared {
  readonly admin: Installation['admin'];
  readonly environment: Knobs;
}

export async function createInstallation(
  options: {
    database?: 'embedded' | 'postgres';
    /** A server of the test's own instead. */
    databaseUrl?: string;
    shared?: Shared;
    /** One that was set up before, of the same kind of database: this is a copy of it. Without, nothing is in it yet. */
    template?: Template | null;
    admin?: Installation['admin'];
    /** Makes something of the data directory, and answers the command that every process of it is started through. */
    through?: (dataDir: string) => Promise<readonly string[]>;
  } = {},
): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'oio-e2e-'));
  const dataDir = join(home, 'data');
  const folder = join(home, 'files');
  await mkdir(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { template = null } = options;
  if (template !== null) await layTemplate(template, dataDir);
  const through = (await options.through?.(dataDir)) ?? [];
  const admin = template?.admin ?? options.shared?.admin ?? options.admin ?? randomAdmin();
  const database = options.database === 'postgres' ? await freshDatabase(template?.database ?? null) : null;
  const databaseUrl = options.databaseUrl ?? database?.url;
  const apps: App[] = [];
  let known: RestClient | null = null;

  const environment = (knobs: Knobs): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    // As it ships, pages drawn by React's production build; only a process that is to kill itself says that it is a test.
    NODE_ENV: 'FAULT_AT' in knobs ? 'test' : 'production',
    NODE_COMPILE_CACHE: join(root, 'build/.compiled'),
    LOG_LEVEL: 'info',
    DATA_DIR: dataDir,
    PORT: String(port),
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...options.shared?.environment,
    ...knobs,
  });

  const open = (knobs: Knobs): App => {
    const app = launch(join(root, 'server/index.ts'), { cwd: home, env: environment(knobs), through });
    apps.push(app);
    return app;
  };

  const output = () => apps.map((app, index) => `--- start ${index + 1}\n${app.output()}`).join('\n');

  const self: Installation = {
    dataDir,
    folder,
    port,
    url,
    admin,
    environment: environment({}),
    log: output,
    launch: (knobs = {}) => open(knobs),

    async start(knobs = {}) {
      const app = open(knobs);
      await ready(app, url);
      return app;
    },

    async refused(knobs = {}) {
      const app = open(knobs);
      const exit = await until('the app to refuse its start', () => Promise.race([app.exit, tick()]), 120);
      return { ...exit, output: app.output() };
    },

    async token(scopes) {
      const words = [join(root, 'server/admin-cli.ts'), 'token', '--email', admin.email, '--scopes', scopes.join(',')];
      const [program = '', ...args] = [...through, process.execPath, ...words];
      const { stdout } = await run(program, args, { cwd: home, env: environment({}), timeout: 60_000 });
      const token = stdout.trim().split('\n').at(-1)?.trim() ?? '';
      if (!token.startsWith('oio_')) throw new Error(`The token command printed no token: ${stdout}`);
      return token;
    },

    async api() {
      known ??= restClient(url, template?.token ?? (await self.token(allScopes)));
      return known;
    },

    repository: (name = 'work', files = {}) => makeRepository(join(folder, name), files),

    async openCode() {
      return until(
        'OpenCode to be recorded',
        async () => {
          const text = await readFile(join(dataDir, 'runtime/opencode/state.json'), 'utf8').catch(() => null);
          if (text === null) return null;
          const { pid, startTime } = JSON.parse(text) as ProcessIdentity;
          return { pid, startTime };
        },
        30,
      );
    },

    // Everything we start has the data directory in its environment or its command line; the tests' own git calls do not.
    leftRunning: async () => (await processesMentioning(dataDir)).map(({ pid, command }) => `${pid} ${command}`),

    async close() {
      for (const app of apps) await app.kill();
      // What the killed app left: OpenCode, its watchdog, commands. Each carries this test's own directory.
      for (let round = 0; round < 5; round += 1) {
        const left = await processesMentioning(dataDir);
        if (left.length === 0) break;
        for (const one of left) await killHard(one);
      }
      await database?.drop();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return self;
}

export const randomAdmin = () => ({
  email: 'admin@example.com',
  password: `pass-${randomBytes(12).toString('hex')}`,
});

const tick = () => new Promise<null>((done) => setTimeout(() => done(null), 100));

/** A port nobody listens on at this moment; it stays the installation's over its starts. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
