import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process by its id and its start, so that a reused id is never taken for it. */
export interface MarkedProcess {
  pid: number;
  startTime: string;
}

/** Living processes of this machine with `NAME=value` in the environment they were started with (Linux). */
export async function markedWith(mark: string): Promise<MarkedProcess[]> {
  const names = process.platform === 'linux' ? await readdir('/proc') : [];
  const wanted = Buffer.from(`${mark}\0`);
  const found: MarkedProcess[] = [];
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
    const environment = await readOrNull(`/proc/${pid}/environ`);
    if (environment === null || !holds(environment, wanted)) continue;
    const startTime = await startTimeOf(pid);
    if (startTime !== null) found.push({ pid, startTime });
  }
  return found;
}

/** Asks processes to end, then makes them; looks again until none is left. Returns how many were ended. */
export async function endProcesses(find: () => Promise<MarkedProcess[]>, graceMs: number): Promise<number> {
  const ended = new Set<string>();
  const deadline = Date.now() + graceMs;
  for (let found = await find(); found.length > 0; found = await find()) {
    const hard = Date.now() >= deadline;
    for (const one of found) {
      const key = `${one.pid}:${one.startTime}`;
      if ((hard || !ended.has(key)) && (await startTimeOf(one.pid)) === one.startTime) {
        signal(one.pid, hard ? 'SIGKILL' : 'SIGTERM');
      }
      ended.add(key);
    }
    if (Date.now() > deadline + 5000) break;
    await sleep(50);
  }
  return ended.size;
}

/** Signals a whole process group that we started; nothing happens when it is gone. */
export function signalGroup(leader: number | undefined, name: NodeJS.Signals): void {
  if (leader !== undefined) signal(-leader, name);
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

function holds(environment: Buffer, wanted: Buffer): boolean {
  const at = environment.indexOf(wanted);
  if (at === -1) return false;
  return at === 0 || environment[at - 1] === 0 || environment.indexOf(Buffer.concat([Buffer.from([0]), wanted])) !== -1;
}

// Field 22 of stat; null for a process that is gone or a zombie.
async function startTimeOf(pid: number): Promise<string | null> {
  const stat = (await readOrNull(`/proc/${pid}/stat`))?.toString('utf8');
  if (stat === undefined) return null;
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return after[0] === 'Z' || after[0] === 'X' ? null : (after[19] ?? null);
}

// Processes end, and some belong to others, while we look.
async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
