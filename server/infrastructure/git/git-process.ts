import { spawn } from 'node:child_process';

/** One git process, with everything it is started with. */
export interface GitOrder {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input: string | Buffer;
  readonly timeoutMs: number;
  /** More output than this ends the process. */
  readonly maxBytes: number;
  /** The output is handed over as it comes, instead of being kept. */
  readonly streamed: boolean;
}

/** How it ended. `code` is null when it was killed; `problem` is why we did that. */
export interface GitEnd {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly problem: 'slow' | 'long' | 'stopped' | null;
}

/**
 * Runs git to its end, whatever that is; rejects only when it could not be started. One that is too slow or says too
 * much is ended with all the programs it started (ssh, the https helper). The next chunk waits until one is taken.
 */
export function runGit(
  order: GitOrder,
  onOutput: (chunk: Buffer) => Promise<void>,
  stop?: AbortSignal,
): Promise<GitEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', order.args, { cwd: order.cwd, env: order.env, detached: true });
    const kept: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let problem: GitEnd['problem'] = null;
    const end = (why: NonNullable<GitEnd['problem']>) => {
      problem ??= why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group ended by itself meanwhile.
      }
    };
    const timer = setTimeout(() => end('slow'), order.timeoutMs);
    stop?.addEventListener('abort', () => end('stopped'), { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      if (order.streamed) {
        child.stdout.pause();
        void onOutput(chunk).finally(() => child.stdout.resume());
        return;
      }
      size += chunk.length;
      if (size > order.maxBytes) return end('long');
      kept.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < 16_384) stderr += text;
    });
    // A child that ends without reading its input closes the pipe; its exit code tells the rest.
    child.stdin.on('error', () => undefined);
    child.stdin.end(order.input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(kept), stderr, problem });
    });
  });
}
