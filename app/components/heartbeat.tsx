import clsx from 'clsx';
import { useNow } from '../hooks/use-clock.tsx';
import { Age } from './age.tsx';

// domain.md 3.2: a heartbeat comes every 30 s, and after 90 s without one the agent counts as degraded.
const promisedSeconds = 90;

/** When the agent was last heard; struck through when that is longer ago than it promised. */
export function Heartbeat({ at }: { at: Date | null }) {
  const now = useNow();
  if (at === null) return <span className="text-broken">never</span>;
  const late = now.getTime() - at.getTime() > promisedSeconds * 1_000;
  return (
    <span className={clsx(late && 'text-broken line-through')}>
      <Age since={at} /> ago
      {late && <span className="sr-only">, later than promised</span>}
    </span>
  );
}
