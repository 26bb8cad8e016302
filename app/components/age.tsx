import { age, dateTime, until } from '../format.ts';
import { useClockStopped, useNow } from '../hooks/use-clock.tsx';

const ticking = 'whitespace-nowrap';
// A value older than its promise is struck through.
const stood = 'whitespace-nowrap line-through';

/** How long ago, ticking by the server's clock; struck through while the clock stands still. */
export function Age({ since, label }: { since: Date; label?: string }) {
  const now = useNow();
  const stopped = useClockStopped();
  return (
    <time dateTime={since.toISOString()} title={dateTime(since)} className={stopped ? stood : ticking}>
      {label === undefined ? '' : `${label} `}
      {age(since, now)}
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
