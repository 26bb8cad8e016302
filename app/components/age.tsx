import { age, dateTime, until } from '../format.ts';
import { useClockStopped, useNow } from '../hooks/use-clock.tsx';

const ticking = 'whitespace-nowrap';
// A value older than its promise is struck through.
const stood = 'whitespace-nowrap line-through';

/**
 * How long ago, ticking by the server's clock; struck through while the clock stands still, and once it is longer ago
 * than the seconds it promised to stay under.
 */
export function Age({ since, label, promise }: { since: Date; label?: string; promise?: number }) {
  const now = useNow();
  const stopped = useClockStopped();
  const late = promise !== undefined && now.getTime() - since.getTime() > promise * 1_000;
  return (
    <time
      dateTime={since.toISOString()}
      title={dateTime(since)}
      className={late ? `${stood} text-broken` : stopped ? stood : ticking}
    >
      {label === undefined ? '' : `${label} `}
      {age(since, now)}
      {late && <span className="sr-only">, later than promised</span>}
    </time>
  );
}

/** How long until; `past` is said when the time is over. */
export function Countdown({ to, past = 'over' }: { to: Date; past?: string }) {
  const now = useNow();
  const stopped = useClockStopped();
  return (
    <time dateTime={to.toISOString()} title={dateTime(to)} className={stopped ? stood : ticking}>
      {until(to, now) ?? past}
    </time>
  );
}
