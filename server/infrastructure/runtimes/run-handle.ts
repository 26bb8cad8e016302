/** What an abort must know of a run that is being driven in this process. */
export interface RunHandle {
  /** Set by an abort: nothing more is posted, and the run ends. */
  aborted: boolean;
  /** The last post under way, so that an abort comes after it and not before. */
  posting: Promise<void>;
  postedAt: number;
  nudge(): void;
  /** Waits for a time, or until something happened; what happened while nobody waited counts. */
  wait(ms: number): Promise<void>;
}

/** Events come in bursts; one look per burst is enough. */
const burstMs = 30;

export function createRunHandle(signal: AbortSignal): RunHandle {
  let nudged = false;
  let wake: () => void = () => undefined;
  const nudge = () => {
    nudged = true;
    wake();
  };
  signal.addEventListener('abort', nudge, { once: true });

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    aborted: false,
    posting: Promise.resolve(),
    postedAt: 0,
    nudge,
    async wait(ms) {
      if (!nudged && !signal.aborted) await pause(ms);
      if (nudged && !signal.aborted) {
        wake = () => undefined;
        await new Promise<void>((resolve) => setTimeout(resolve, burstMs));
      }
      nudged = false;
    },
  };
}
