import type { Logger } from './log.ts';

/** So long a stop waits for what cannot be cut, so that the time is enough for what comes after it. */
const patienceMs = 4_000;

/** What a part is called while it is waited for; asked when it is said, so that it can tell how far it is. */
type Name = string | (() => string);

/** The parts of an orderly stop: what it still waits for has a name, and what hangs need not keep what comes after it. */
export interface Stopping {
  part(name: Name, work: () => Promise<unknown>): Promise<void>;
  /** The same for a few seconds at most; what is not over by then is left to itself. Answers whether it was over. */
  within(name: Name, work: () => Promise<unknown>, ms?: number): Promise<boolean>;
  /** What is not over, as a person reads it. */
  waitsFor(): string[];
}

export function createStopping(log: Pick<Logger, 'warn'>): Stopping {
  const open = new Set<Name>();
  const worded = (name: Name) => (typeof name === 'string' ? name : name());

  async function part(name: Name, work: () => Promise<unknown>): Promise<void> {
    open.add(name);
    try {
      await work();
    } finally {
      open.delete(name);
    }
  }

  return {
    part,
    waitsFor: () => [...open].map(worded),
    async within(name, work, ms = patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), ms);
      });
      const done = part(name, work).then(() => true);
      try {
        const over = await Promise.race([done, late]);
        if (!over) {
          log.warn({ part: worded(name), ms }, 'A part of the stop takes long; the stop goes on without it');
          done.catch((error: unknown) => log.warn({ part: worded(name), err: error }, 'A part of the stop failed'));
        }
        return over;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
