import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

interface Clock {
  now: Date;
  stopped: boolean;
}
const ClockContext = createContext<Clock | null>(null);

/**
 * The server's clock for all ages of a page: starts at the time the loader named (so the first paint equals the
 * server's), ticks once a second, and stands still while the link is lost, because what it would date is stale.
 */
export function ClockProvider({ at, stopped = false, children }: { at: Date; stopped?: boolean; children: ReactNode }) {
  const [now, setNow] = useState(at);
  const start = at.getTime();

  useEffect(() => {
    if (stopped) return;
    // The offset between both clocks: a browser whose clock is wrong still shows true ages.
    const offset = start - Date.now();
    const tick = () => setNow(new Date(Date.now() + offset));
    setNow(new Date(start));
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [start, stopped]);

  const clock = useMemo(() => ({ now, stopped }), [now, stopped]);
  return <ClockContext value={clock}>{children}</ClockContext>;
}

/** The clock of a moment that is past: all ages below are as they were then. */
export function MomentProvider({ at, children }: { at: Date; children: ReactNode }) {
  const clock = useMemo(() => ({ now: at, stopped: false }), [at]);
  return <ClockContext value={clock}>{children}</ClockContext>;
}

/** The time by the server's clock, re-rendering every second. */
export function useNow(): Date {
  const clock = useContext(ClockContext);
  if (clock === null) throw new Error('useNow needs a ClockProvider above it.');
  return clock.now;
}

/** Whether the clock stands because the link is lost. */
export function useClockStopped(): boolean {
  return useContext(ClockContext)?.stopped ?? false;
}
