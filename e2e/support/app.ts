import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, killHard, type ProcessIdentity, signalProcess } from './processes.ts';
import { until } from './wait.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One running app: the real server in a process of its own. */
export interface App {
  readonly exit: Promise<Exit>;
  output(): string;
  running(): boolean;
  /** SIGTERM, and back when it has ended; fails after 20 s. */
  stop(): Promise<Exit & { seconds: number }>;
  /** SIGKILL of exactly this process, and back when it is gone. */
  kill(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Waits for the process to end by itself, as `FAULT_AT` makes it. */
  ended(seconds?: number): Promise<Exit>;
}

// As `npm start` does.
const resolutions = resolve(import.meta.dirname, '../../server/resolutions.ts');

/** Starts the server; it is not ready yet. */
export function launch(
  program: string,
  options: { cwd: string; env: Record<string, string>; through?: readonly string[] },
): App {
  const { cwd, env, through = [] } = options;
  // What it is started through takes its own place with it, so that the process is still this one.
  const [command = '', ...args] = [...through, process.execPath, `--import=${resolutions}`, program];
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  let over: Exit | null = null;
  const exit = new Promise<Exit>((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => {
      over = { code, signal };
      done(over);
    });
  });
  // The start time is read once, while the process certainly is ours.
  const identity: Promise<ProcessIdentity | null> =
    child.pid === undefined ? Promise.resolve(null) : identityOf(child.pid);
  const mine = async (): Promise<ProcessIdentity | null> => (over === null ? identity : null);

  const app: App = {
    exit,
    output: () => pieces.join(''),
    running: () => over === null,
    async stop() {
      const began = Date.now();
      const process = await mine();
      if (process) await signalProcess(process, 'SIGTERM');
      const end = await app.ended(20);
      return { ...end, seconds: (Date.now() - began) / 1000 };
    },
    async kill() {
      const process = await mine();
      if (process) await killHard(process);
      await exit.catch(() => undefined);
    },
    async freeze() {
      const process = await mine();
      if (process) await signalProcess(process, 'SIGSTOP');
    },
    async thaw() {
      const process = await mine();
      if (process) await signalProcess(process, 'SIGCONT');
    },
    ended: (seconds = 120) =>
      until(
        'the app to end',
        async () => (over === null ? Promise.race([exit, delay(100, null)]) : over),
        seconds,
      ).catch((error: unknown) => {
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${app.output()}`);
      }),
  };
  return app;
}

/** Waits until the app says it is ready; fails at once, with its output, when it ended instead. */
export async function ready(app: App, url: string): Promise<void> {
  const failure = () => new Error(`The app did not become ready:\n${app.output()}`);
  await until(
    'the app to be ready',
    async () => {
      if (!app.running()) throw failure();
      const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
      return response?.status === 200;
    },
    120,
  ).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${app.output()}`);
  });
}
