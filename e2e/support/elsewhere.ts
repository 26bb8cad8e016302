import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from './installation.ts';
import { until } from './wait.ts';

/** A real `opencode serve` as somebody else would run it: with a home, a password and a configuration of its own. */
export interface Elsewhere {
  readonly url: string;
  readonly password: string;
  /** Its configuration counts from the next start. */
  configure(config: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const quiet = [
  'OPENCODE_DISABLE_MODELS_FETCH',
  'OPENCODE_DISABLE_AUTOUPDATE',
  'OPENCODE_DISABLE_LSP_DOWNLOAD',
  'OPENCODE_DISABLE_DEFAULT_PLUGINS',
  'OPENCODE_PURE',
  'OPENCODE_DISABLE_PROJECT_CONFIG',
  'OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER',
];

export async function createElsewhere(folder: string): Promise<Elsewhere> {
  const manifest = createRequire(import.meta.url).resolve('opencode-linux-x64/package.json');
  const binary = join(dirname(manifest), 'bin', 'opencode');
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const settings = join(folder, 'config', 'opencode');
  const configFile = join(folder, 'opencode.json');
  await mkdir(join(settings, 'node_modules'), { recursive: true });
  await mkdir(join(folder, 'work'), { recursive: true });
  // What OpenCode would otherwise fetch from npm.
  const dependencies = { '@opencode-ai/plugin': '1.18.33' };
  await writeFile(join(settings, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const packages = { '': { dependencies } };
  await writeFile(join(settings, 'package-lock.json'), JSON.stringify({ name: 'x', lockfileVersion: 3, packages }));
  await writeFile(join(folder, 'models.json'), '{}');
  await writeFile(configFile, '{}');
  let child: ChildProcess | null = null;

  const self: Elsewhere = {
    url: `http://127.0.0.1:${port}`,
    password,
    configure: (config) => writeFile(configFile, config),
    async start() {
      const started = spawn(binary, ['serve', '--hostname', '127.0.0.1', '--port', String(port)], {
        cwd: join(folder, 'work'),
        env: {
          PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
          HOME: folder,
          XDG_CONFIG_HOME: join(folder, 'config'),
          XDG_DATA_HOME: join(folder, 'data'),
          XDG_STATE_HOME: join(folder, 'state'),
          XDG_CACHE_HOME: join(folder, 'cache'),
          OPENCODE_CONFIG: configFile,
          OPENCODE_MODELS_PATH: join(folder, 'models.json'),
          OPENCODE_SERVER_PASSWORD: password,
          ...Object.fromEntries(quiet.map((name) => [name, '1'])),
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child = started;
      let said = '';
      started.stdout.on('data', (part: Buffer) => {
        said += part.toString();
      });
      await until('OpenCode elsewhere to listen', async () => said.includes('listening on') || null, 60);
    },
    async stop() {
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const ended = new Promise<void>((done) => ending.once('exit', () => done()));
      ending.kill('SIGKILL');
      await ended;
    },
  };
  return self;
}
