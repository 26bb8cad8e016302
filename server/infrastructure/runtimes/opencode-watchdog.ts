/**
 * A program of its own: ends OpenCode when no app has shown itself for a while (crashed, and nobody started it again).
 * Usage: node opencode-watchdog.ts <data directory> <milliseconds without an app>
 */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { endMarked, endProcess } from './end-process.ts';
import { openCodeHome } from './opencode-home.ts';
import { addressOf, disposeAll } from './opencode-process.ts';
import { clearState, readState } from './opencode-state.ts';
import { isRunning } from './process-table.ts';

const [dataDir = '', patience = ''] = process.argv.slice(2);
const home = openCodeHome(dataDir);
const patienceMs = Number(patience);
const guarded = await readState(home);

if (guarded !== null && Number.isFinite(patienceMs)) {
  while (await isRunning(guarded)) {
    const seen = await stat(home.heartbeatFile).catch(() => null);
    if (seen === null || Date.now() - seen.mtimeMs > patienceMs) {
      await disposeAll(addressOf(guarded));
      await endProcess(guarded, 3000);
      await endMarked((marker) => marker === guarded.marker);
      await clearState(home);
      break;
    }
    await delay(Math.min(15_000, patienceMs / 4));
  }
}
