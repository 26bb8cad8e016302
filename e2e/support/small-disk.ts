import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const megabyte = 2 ** 20;

/** A real file system of its own size over one folder, seen only by what is started through it. */
export interface SmallDisk {
  /** Put before a command, it makes the command see the disk. */
  readonly through: readonly string[];
  /** Takes space away until so much is left. */
  leave(megabytes: number): Promise<void>;
  /** Gives back what was taken away. */
  free(): Promise<void>;
  close(): Promise<void>;
}

/** Mounts it in a namespace that one sleeping process holds; needs util-linux, and the right to make user namespaces. */
export async function makeSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs '${folder}' && echo mounted && exec sleep 1800`;
  const holder = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c', mount], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told: string[] = [];
  holder.stderr.setEncoding('utf8').on('data', (text: string) => told.push(text));
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit'), once(holder, 'error')]);
  if (holder.exitCode !== null || holder.pid === undefined)
    throw new Error(`No file system of its own could be mounted here (unshare, tmpfs): ${told.join('').trim()}`);
  const inside = join(`/proc/${holder.pid}/root`, folder);
  const filler = join(inside, 'filler');
  return {
    through: ['nsenter', '--target', String(holder.pid), '--user', '--mount', '--preserve-credentials', '--'],
    async leave(wanted) {
      await rm(filler, { force: true });
      const { bavail, bsize } = await statfs(inside);
      await run('fallocate', ['--length', String(bavail * bsize - wanted * megabyte), filler]);
    },
    free: () => rm(filler, { force: true }),
    async close() {
      const gone = once(holder, 'exit');
      holder.kill('SIGKILL');
      await gone;
    },
  };
}
