import { readlink, realpath } from 'node:fs/promises';
import { endProcesses, type MarkedProcess } from '../marked-processes.ts';
import { markerVariable } from './end-process.ts';
import { openCodeHome } from './opencode-home.ts';
import { instanceId } from './opencode-state.ts';
import { processesMarked } from './process-table.ts';

const graceMs = 2_000;

/**
 * Ends what agents left running in the background of a folder: processes that carry this data directory's marker and
 * work inside it. OpenCode itself works elsewhere, so a run that goes on is not touched. Answers how many there were.
 */
export function createLeftBehind(dataDir: string): (directory: string) => Promise<number> {
  const home = openCodeHome(dataDir);
  return async (directory) => {
    const instance = await instanceId(home);
    const folder = await realpath(directory).catch(() => null);
    if (folder === null) return 0;
    const find = async (): Promise<MarkedProcess[]> => {
      const ours = await processesMarked(markerVariable, (marker) => marker.startsWith(`${instance}.`));
      const inside = await Promise.all(ours.map(({ pid }) => worksIn(pid, folder)));
      return ours.filter((_, place) => inside[place]);
    };
    return endProcesses(find, graceMs);
  };
}

async function worksIn(pid: number, folder: string): Promise<boolean> {
  const at = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return at !== null && (at === folder || at.startsWith(`${folder}/`));
}
