import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A process by number and start: the start tells it from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

async function statOf(pid: number): Promise<{ startTime: string; ended: boolean } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The program's name stands in brackets and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { startTime: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
}

/** The identity of a living process; null when there is none under this number. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const found = await statOf(pid);
  return found === null || found.ended ? null : { pid, startTime: found.startTime };
}

export async function isAlive(target: ProcessIdentity): Promise<boolean> {
  return (await identityOf(target.pid))?.startTime === target.startTime;
}

/** Signals exactly this process, and nobody when it is gone. */
export async function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(target))) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** SIGKILL, and back only when it is gone. */
export async function killHard(target: ProcessIdentity): Promise<void> {
  await signalProcess(target, 'SIGKILL');
  for (let look = 0; look < 100 && (await isAlive(target)); look += 1) await delay(50);
  if (await isAlive(target)) throw new Error(`The process ${target.pid} survived SIGKILL.`);
}

export interface FoundProcess extends ProcessIdentity {
  readonly command: string;
}

/**
 * Every living process that was started with `text` in its command line or its environment. A temporary directory of a
 * test is such a text: whoever carries it belongs to that test and to nobody else.
 */
export async function processesMentioning(text: string): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const [command, environment] = await Promise.all([read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`)]);
    if (!command.includes(text) && !environment.includes(text)) continue;
    const identity = await identityOf(pid);
    if (identity !== null) found.push({ ...identity, command: command.replaceAll('\0', ' ').trim() });
  }
  return found;
}

function read(file: string): Promise<string> {
  // A process may end between being listed and being read.
  return readFile(file, 'latin1').catch(() => '');
}
