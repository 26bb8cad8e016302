import { writeFile } from 'node:fs/promises';
import { healthy, type OpenCodeAddress } from './opencode-process.ts';
import { isRunning, type ProcessIdentity, residentBytes } from './process-table.ts';

export interface WatchOptions {
  process: ProcessIdentity;
  address: OpenCodeAddress;
  heartbeatFile: string;
  /** Told once, then the watch is over. */
  onDead(reason: string): void;
  onResident(bytes: number): void;
  onHealth(ok: boolean): void;
}

/**
 * Watches one OpenCode: alive every second, health and memory every five, and shows the watchdog that an app is here.
 * A busy server may take several seconds to answer, so only three deadlines of 10 s in a row count as dead.
 */
export function watchProcess(options: WatchOptions): () => void {
  let over = false;
  let failures = 0;
  let beat = 0;
  let timer: NodeJS.Timeout | undefined;

  const dead = (reason: string) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    options.onDead(reason);
  };

  const look = async () => {
    if (!(await isRunning(options.process))) return dead('its process ended');
    if (beat % 5 === 0) {
      await writeFile(options.heartbeatFile, String(Date.now())).catch(() => undefined);
      const bytes = await residentBytes(options.process.pid);
      if (bytes !== null && !over) options.onResident(bytes);
      const ok = await healthy(options.address, 10_000);
      failures = ok ? 0 : failures + 1;
      if (!over) options.onHealth(ok);
      if (failures >= 3) return dead('it did not answer three times');
    }
    beat += 1;
    if (!over) timer = setTimeout(tick, 1000).unref();
  };
  const tick = () => {
    look().catch((error: unknown) => dead(`it could not be watched (${String(error)})`));
  };
  tick();

  return () => {
    over = true;
    clearTimeout(timer);
  };
}
