import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const started = new Set<ChildProcess>();

/** Ends what a failed test has left running. */
export function endChildren(): void {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
}

export interface Child {
  readonly process: ChildProcess;
  /** The next line it writes, or null when it has ended. */
  line(): Promise<string | null>;
  ended: Promise<void>;
}

/** Runs a script of this folder in a process of its own. */
export function startChild(script: string, argument: string): Child {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, argument], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => {
      const next = await lines.next();
      return next.done ? null : next.value;
    },
    ended: new Promise((resolve) =>
      child.once('exit', () => {
        started.delete(child);
        resolve();
      }),
    ),
  };
}
