import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CommandEnvironment, CommandResult, RunCommand } from '../application/ports.ts';
import { endProcesses, markedWith, signalGroup } from './marked-processes.ts';

const OUTPUT_BYTES = 64 * 1024;
const GRACE_MS = 5000;

export interface RunCommandOptions {
  /** Folder of the app's own Node, put first on PATH. */
  nodeBin: string;
  dataDir: string;
  environment?: NodeJS.ProcessEnv;
  /** Time between the polite signal and the hard one. */
  graceMs?: number;
}

export interface CommandRunner {
  run: RunCommand;
  /** What every command is run with: it belongs to what its result proves. */
  environment: CommandEnvironment;
  /** Ends what commands of an attempt left running after a crash; returns how many processes that were. */
  endOrphans(attemptId: string): Promise<number>;
}

// Enough for package managers behind a proxy; nothing that could be a secret of ours.
const KEPT = [
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'npm_config_registry',
  'NO_PROXY',
  'no_proxy',
];
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

/**
 * Runs the repository's own command lines. They run as this user and may do what it may: the environment is cleaned,
 * not confined. An aborted signal ends the command and rejects with the signal's reason.
 */
export function createRunCommand(options: RunCommandOptions): CommandRunner {
  const graceMs = options.graceMs ?? GRACE_MS;
  const source = options.environment ?? process.env;

  async function run(command: string, order: Parameters<RunCommand>[1]): Promise<CommandResult> {
    order.signal.throwIfAborted();
    const homes = join(options.dataDir, 'homes');
    await mkdir(homes, { recursive: true, mode: 0o700 });
    const home = await mkdtemp(join(homes, `${homeOf(order.attemptId)}-`));
    const runMark = `ORCHESTRATOR_RUN=${randomUUID()}`;
    const env = {
      ...cleanEnvironment(source, options.nodeBin, options.dataDir),
      HOME: home,
      ORCHESTRATOR_ATTEMPT: order.attemptId,
      ORCHESTRATOR_RUN: runMark.slice(runMark.indexOf('=') + 1),
    };
    try {
      return await execute(command, order, env, graceMs);
    } finally {
      // Servers and watchers a command left in the background, also in groups of their own.
      await endProcesses(() => markedWith(runMark), graceMs);
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  const always = ['HOME', 'ORCHESTRATOR_ATTEMPT', 'ORCHESTRATOR_RUN'];
  const variables = [...Object.keys(cleanEnvironment(source, options.nodeBin, options.dataDir)), ...always].sort();
  return {
    run,
    environment: { node: process.version, platform: `${process.platform}-${process.arch}`, variables },
    endOrphans: async (attemptId) => {
      const ended = await endProcesses(() => markedWith(`ORCHESTRATOR_ATTEMPT=${attemptId}`), graceMs);
      const homes = join(options.dataDir, 'homes');
      for (const name of await readdir(homes).catch(emptyWhenMissing)) {
        if (!name.startsWith(`${homeOf(attemptId)}-`)) continue;
        await rm(join(homes, name), { recursive: true, force: true, maxRetries: 3 });
      }
      return ended;
    },
  };
}

const homeOf = (attemptId: string) => `run-${attemptId.replace(/[^A-Za-z0-9-]/g, '-')}`;

function emptyWhenMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function cleanEnvironment(source: NodeJS.ProcessEnv, nodeBin: string, dataDir: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of KEPT) if (source[name] !== undefined) env[name] = source[name];
  // A proxy's address may hold a password.
  for (const name of PROXIES) if (source[name] && !source[name].includes('@')) env[name] = source[name];
  return {
    ...env,
    PATH: [nodeBin, source.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter),
    LANG: 'C.UTF-8',
    CI: '1',
    NO_COLOR: '1',
    npm_config_cache: join(dataDir, 'cache', 'npm'),
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
  };
}

function execute(
  command: string,
  order: Parameters<RunCommand>[1],
  env: NodeJS.ProcessEnv,
  graceMs: number,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    // One stream for both outputs keeps their order.
    const child = spawn('/bin/sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: order.directory,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const output = tail(OUTPUT_BYTES);
    child.stdout.on('data', output.push);

    let timedOut = false;
    const hard: NodeJS.Timeout[] = [];
    const end = () => {
      signalGroup(child.pid, 'SIGTERM');
      hard.push(setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs));
    };
    const limit = setTimeout(() => {
      timedOut = true;
      end();
    }, order.timeoutSeconds * 1000);
    order.signal.addEventListener('abort', end, { once: true });
    const settle = () => {
      clearTimeout(limit);
      for (const timer of hard) clearTimeout(timer);
      order.signal.removeEventListener('abort', end);
    };

    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', () => closeOutput(child));
    child.on('close', (exitCode) => {
      settle();
      if (order.signal.aborted) return reject(order.signal.reason);
      const durationMs = Math.round(performance.now() - started);
      resolve({ command, exitCode: timedOut ? null : exitCode, durationMs, output: output.text(), timedOut });
    });
  });
}

// What the command left in the background may hold its output open; the command itself is over.
function closeOutput(child: ChildProcess): void {
  signalGroup(child.pid, 'SIGKILL');
  setTimeout(() => child.stdout?.destroy(), 500).unref();
}

function tail(bytes: number) {
  let kept: Buffer = Buffer.alloc(0);
  return {
    push(chunk: Buffer) {
      const all = Buffer.concat([kept, chunk.subarray(-bytes)]);
      // Slack, so that not every small chunk copies the whole buffer.
      kept = all.length > 2 * bytes ? all.subarray(-bytes) : all;
    },
    text() {
      let from = Math.max(0, kept.length - bytes);
      // Not in the middle of a character; and no zero bytes, which the database cannot keep.
      while (from > 0 && from < kept.length && ((kept[from] ?? 0) & 0xc0) === 0x80) from += 1;
      return kept.subarray(from).toString('utf8').replaceAll('\0', '\uFFFD');
    },
  };
}
