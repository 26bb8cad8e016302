import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../../domain/errors.ts';
import type { GitEnd, GitOrder } from './git-process.ts';

export interface LaunchRequest {
  readonly id: number;
  readonly order: GitOrder;
}

/** Ends the git of that request, with all it started. */
export interface StopRequest {
  readonly stop: number;
}

export type LaunchReply =
  | { readonly id: number; readonly chunk: Buffer }
  | { readonly id: number; readonly end: GitEnd }
  | { readonly id: number; readonly failure: Pick<NodeJS.ErrnoException, 'message' | 'code' | 'syscall'> };

interface Waiting {
  readonly onOutput: (chunk: Buffer) => void;
  readonly resolve: (end: GitEnd) => void;
  readonly reject: (error: Error) => void;
}

export interface Launcher {
  /** As `runGit`, in the small process. */
  run(order: GitOrder, onOutput: (chunk: Buffer) => void, stop?: AbortSignal): Promise<GitEnd>;
  /** The small process, while there is one. */
  pid(): number | undefined;
}

/**
 * Starts git from a small process beside this one. To start a program the system copies the page tables of whoever
 * starts it, with this thread held up meanwhile, and afterwards every page that is written to is copied: beside an
 * embedded database that is 10 ms and more for each git, of which a session needs hundreds (docs/decisions).
 */
export function createLauncher(): Launcher {
  const waiting = new Map<number, Waiting>();
  let current: ChildProcess | null = null;
  let requests = 0;

  function start(): ChildProcess {
    // It needs nothing of our environment, which holds secrets; and a Ctrl-C at the terminal is not for it.
    const child = fork(fileURLToPath(new URL('./launcher-process.ts', import.meta.url)), {
      cwd: '/',
      env: {},
      execArgv: ['--max-semi-space-size=1'],
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    child.unref();
    child.channel?.unref();
    child.on('message', (reply: LaunchReply) => take(child, reply));
    child.on('error', () => lose(child));
    child.on('exit', () => lose(child));
    return child;
  }

  function take(child: ChildProcess, reply: LaunchReply): void {
    const asked = waiting.get(reply.id);
    if ('chunk' in reply) {
      asked?.onOutput(reply.chunk);
      return;
    }
    waiting.delete(reply.id);
    // Only what is waited for keeps this process from ending.
    if (waiting.size === 0) child.channel?.unref();
    if ('end' in reply) asked?.resolve(reply.end);
    else asked?.reject(Object.assign(new Error(reply.failure.message), reply.failure));
  }

  function lose(child: ChildProcess): void {
    if (current !== child) return;
    current = null;
    const cutOff = [...waiting.values()];
    waiting.clear();
    for (const { reject } of cutOff)
      reject(new DomainError('UNAVAILABLE', 'The process that starts git ended in the middle of a call.'));
  }

  return {
    run: (order, onOutput, stop) =>
      new Promise((resolve, reject) => {
        current ??= start();
        const child = current;
        requests += 1;
        const request: LaunchRequest = { id: requests, order };
        waiting.set(request.id, { onOutput, resolve, reject });
        child.channel?.ref();
        child.send(request, (error) => {
          if (error !== null) lose(child);
        });
        const cut = () => void child.send({ stop: request.id } satisfies StopRequest, () => undefined);
        stop?.addEventListener('abort', cut, { once: true });
      }),
    pid: () => current?.pid,
  };
}
