import { setTimeout as delay } from 'node:timers/promises';
import {
  environmentVariable,
  isRunning,
  type MarkedProcess,
  ownGroup,
  type ProcessIdentity,
  processesMarked,
} from './process-table.ts';

/** Every process OpenCode starts inherits this variable; its value begins with the data directory's own id. */
export const markerVariable = 'ORCHESTRATOR_RUNTIME';

/** Asks a process to end, then makes it. True when it is gone. Signals nothing but exactly this process. */
export async function endProcess(target: ProcessIdentity, patienceMs: number): Promise<boolean> {
  // OpenCode may swallow its first SIGTERM, so a second one comes before SIGKILL.
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(target))) return true;
    send(target.pid, signal);
    if (await goneWithin(target, signal === 'SIGKILL' ? 2000 : patienceMs)) return true;
  }
  return !(await isRunning(target));
}

/**
 * Ends every process that carries one of our markers (OpenCode itself, and commands it left behind), with the
 * process groups they lead or belong to. Answers how many were found. Nothing without the marker's group is touched.
 */
export async function endMarked(matches: (marker: string) => boolean): Promise<number> {
  const first = await processesMarked(markerVariable, matches);
  if (first.length === 0) return 0;
  await signalAll(first, 'SIGTERM');
  for (let round = 0; round < 20; round += 1) {
    await delay(100);
    const left = await processesMarked(markerVariable, matches);
    if (left.length === 0) return first.length;
    if (round >= 9) await signalAll(left, 'SIGKILL');
  }
  return first.length;
}

async function signalAll(processes: MarkedProcess[], signal: NodeJS.Signals): Promise<void> {
  const own = await ownGroup();
  const groups = new Set<number>();
  for (const found of processes) {
    // Looked at again right before the signal: a number may have been given to someone else meanwhile.
    if ((await environmentVariable(found.pid, markerVariable)) !== found.marker || !(await isRunning(found))) continue;
    send(found.pid, signal);
    if (found.group > 1 && found.group !== own) groups.add(found.group);
  }
  for (const group of groups) send(-group, signal);
}

async function goneWithin(target: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    if (!(await isRunning(target))) return true;
    await delay(25);
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone between the look and the signal is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
