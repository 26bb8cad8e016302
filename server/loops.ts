import { AsyncResource } from 'node:async_hooks';
import type { LoopHealth } from './domain/instance.ts';
import type { Logger } from './log.ts';

export interface Loop {
  /** Runs it soon, even before its next turn; several asks before it runs are one. */
  nudge(): void;
  health(): LoopHealth;
  /** No further turn begins; resolves when the present one is over. */
  stop(): Promise<void>;
}

/**
 * Calls `work` every `everySeconds`, or sooner when nudged, never twice at a time. A turn that throws is logged and
 * counted, and the next one comes all the same. Holds no decisions.
 */
export function startLoop(
  name: string,
  everySeconds: number,
  work: () => Promise<void>,
  { log, clock }: { log: Logger; clock: () => Date },
): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const seen = { ticks: 0, failures: 0, lastTickAt: null as Date | null };

  // Whoever nudges may be inside a transaction, which is no place for a turn of its own.
  const turn = AsyncResource.bind(async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      seen.failures += 1;
      log.error({ loop: name, err: error }, 'A turn of the loop failed; the next one comes all the same');
    }
    seen.ticks += 1;
    seen.lastTickAt = clock();
  });

  function run(): void {
    clearTimeout(timer);
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    again = false;
    running = turn().finally(() => {
      running = null;
      if (stopped) return;
      if (again) setImmediate(run);
      else timer = setTimeout(run, everySeconds * 1000);
    });
  }

  timer = setTimeout(run, 0);
  return {
    nudge: run,
    health: () => ({ name, everySeconds, ...seen }),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
