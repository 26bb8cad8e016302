export interface DatabaseClock {
  /** The database's time, as far as it is known. */
  now(): Date;
  /** Asks the database; what was known before stands when it does not answer. */
  follow(): Promise<void>;
}

/**
 * The clock of every judgement that is compared with a moment the database wrote. Between two looks it goes on by the
 * process's monotonic clock, so a wall clock that is wrong or jumps moves no deadline and no heartbeat (engine.md 7, row 8).
 */
export function createDatabaseClock(ask: () => Promise<Date>): DatabaseClock {
  let known = { at: Date.now(), elapsed: performance.now() };
  return {
    now: () => new Date(known.at + performance.now() - known.elapsed),
    async follow() {
      const before = performance.now();
      const told = await ask();
      const after = performance.now();
      // It was told somewhere in between.
      known = { at: told.getTime(), elapsed: (before + after) / 2 };
    },
  };
}
