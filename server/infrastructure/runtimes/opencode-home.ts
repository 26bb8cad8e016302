import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { markerVariable } from './end-process.ts';
import { ripgrepFolder } from './opencode-binary.ts';

/** Folders and files of one supervised OpenCode, all under DATA_DIR/runtime/opencode. */
export interface OpenCodeHome {
  dataDir: string;
  root: string;
  /** Empty folder the server is started in; work happens in the directories of its sessions. */
  work: string;
  configFile: string;
  logFile: string;
  stateFile: string;
  heartbeatFile: string;
  instanceFile: string;
  /** OpenCode's own: its database, its log, the whole of long outputs. */
  database: string;
  ownLogs: string;
  outputs: string;
}

/** Names the files of the runtime that belongs to this data directory. */
export function openCodeHome(dataDir: string): OpenCodeHome {
  const root = join(dataDir, 'runtime', 'opencode');
  return {
    dataDir,
    root,
    work: join(root, 'work'),
    configFile: join(root, 'opencode.json'),
    logFile: join(root, 'opencode.log'),
    stateFile: join(root, 'state.json'),
    heartbeatFile: join(root, 'heartbeat'),
    instanceFile: join(root, 'instance'),
    database: join(root, 'data', 'opencode', 'opencode.db'),
    ownLogs: join(root, 'data', 'opencode', 'log'),
    outputs: join(root, 'data', 'opencode', 'tool-output'),
  };
}

/** Writes the private home: without the seeded plugin lock OpenCode would fetch 63 MB from npm at each new folder. */
export async function writeHome(home: OpenCodeHome, config: object, version: string): Promise<void> {
  const settings = join(home.root, 'config', 'opencode');
  for (const folder of ['home', 'data', 'state', 'cache', 'work']) {
    await mkdir(join(home.root, folder), { recursive: true, mode: 0o700 });
  }
  await mkdir(join(settings, 'node_modules'), { recursive: true, mode: 0o700 });
  const dependencies = { '@opencode-ai/plugin': version };
  await writeFile(join(settings, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await writeFile(
    join(settings, 'package-lock.json'),
    JSON.stringify({ name: 'opencode', lockfileVersion: 3, packages: { '': { dependencies } } }),
  );
  await writeFile(join(settings, 'opencode.jsonc'), JSON.stringify({ $schema: 'https://opencode.ai/config.json' }));
  await writeFile(join(home.root, 'models.json'), '{}');
  // It holds the gateway token, so only its owner reads it.
  await writeFile(home.configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
}

// Passed on from the app's environment: where programs are and how text is written. Nothing else, so no secret.
const inherited = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'USER', 'LOGNAME', 'SHELL', 'TERM'] as const;

/** The whole environment of the server: quiet, offline, private, and free of everything the app knows. */
export function openCodeEnvironment(
  home: OpenCodeHome,
  secrets: { password: string; marker: string },
): Record<string, string> {
  const environment: Record<string, string> = {
    HOME: join(home.root, 'home'),
    XDG_CONFIG_HOME: join(home.root, 'config'),
    XDG_DATA_HOME: join(home.root, 'data'),
    XDG_STATE_HOME: join(home.root, 'state'),
    XDG_CACHE_HOME: join(home.root, 'cache'),
    OPENCODE_CONFIG: home.configFile,
    OPENCODE_MODELS_PATH: join(home.root, 'models.json'),
    OPENCODE_CLIENT: 'orchestrator',
    OPENCODE_SERVER_PASSWORD: secrets.password,
    // A test run of ten minutes is ordinary; OpenCode's own limit of two would cut it.
    OPENCODE_EXPERIMENTAL_BASH_DEFAULT_TIMEOUT_MS: '600000',
    GIT_TERMINAL_PROMPT: '0',
    CI: '1',
    [markerVariable]: secrets.marker,
    // The app's own Node first: what an agent runs is what the verification will run.
    PATH: [dirname(process.execPath), ripgrepFolder(), ...systemPath()].filter(Boolean).join(delimiter),
  };
  for (const name of switches) environment[name] = '1';
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

// Started by npm, the app has its own tools on the PATH; they are none of the agent's business.
function systemPath(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => !/[\\/]node_modules[\\/]/.test(`${folder}/`));
}

const switches = [
  'OPENCODE_DISABLE_MODELS_FETCH',
  'OPENCODE_DISABLE_AUTOUPDATE',
  'OPENCODE_DISABLE_LSP_DOWNLOAD',
  'OPENCODE_DISABLE_SHARE',
  'OPENCODE_DISABLE_DEFAULT_PLUGINS',
  'OPENCODE_PURE',
  'OPENCODE_DISABLE_EMBEDDED_WEB_UI',
  'OPENCODE_DISABLE_EXTERNAL_SKILLS',
  'OPENCODE_DISABLE_CLAUDE_CODE',
  // A repository's own settings could bring plugins, that is code inside the server's process.
  'OPENCODE_DISABLE_PROJECT_CONFIG',
  'OPENCODE_DISABLE_TERMINAL_TITLE',
  'OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER',
  'OPENCODE_ENABLE_QUESTION_TOOL',
] as const;
