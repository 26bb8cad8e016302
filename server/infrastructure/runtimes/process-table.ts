import { readdir, readFile } from 'node:fs/promises';

/** A process as /proc names it: the start time tells it from a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

interface ProcessStat {
  startTime: string;
  group: number;
  zombie: boolean;
}

/** Reads /proc/<pid>/stat; null when there is no such process. */
async function stat(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = '0'] = fields;
  return { startTime: fields[19] ?? '', group: Number(group), zombie: state === 'Z' || state === 'X' };
}

/** The identity of a living process, or null. A process that ended but was not collected counts as gone. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const found = await stat(pid);
  return found === null || found.zombie ? null : { pid, startTime: found.startTime };
}

/** Whether exactly this process still runs. */
export async function isRunning(target: ProcessIdentity): Promise<boolean> {
  return (await identityOf(target.pid))?.startTime === target.startTime;
}

/** Resident memory in bytes; null when the process is gone. */
export async function residentBytes(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => null);
  const pages = Number(text?.split(' ')[1]);
  return Number.isFinite(pages) && text !== null ? pages * 4096 : null;
}

/** One variable of a process's environment as it was when it started. */
export async function environmentVariable(pid: number, name: string): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => null);
  const entry = text?.split('\0').find((line) => line.startsWith(`${name}=`));
  return entry === undefined ? null : entry.slice(name.length + 1);
}

/** A process of ours found by its environment, with the process group it belongs to. */
export interface MarkedProcess extends ProcessIdentity {
  group: number;
  marker: string;
}

/** Every living process whose environment carries `name` with a value that `matches`. */
export async function processesMarked(name: string, matches: (value: string) => boolean): Promise<MarkedProcess[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found: MarkedProcess[] = [];
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) continue;
    const marker = await environmentVariable(pid, name);
    if (marker === null || !matches(marker)) continue;
    const state = await stat(pid);
    if (state !== null && !state.zombie) found.push({ pid, startTime: state.startTime, group: state.group, marker });
  }
  return found;
}

/** The process group of this very process: signals to groups must never reach it. */
export async function ownGroup(): Promise<number> {
  return (await stat(process.pid))?.group ?? process.pid;
}
