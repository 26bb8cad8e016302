import { Age } from './age.tsx';

// domain.md 3.2: a heartbeat comes every 30 s, and after 90 s without one the agent counts as degraded.
const promisedSeconds = 90;

/** When the agent was last heard; struck through when that is longer ago than it promised. */
export function Heartbeat({ at }: { at: Date | null }) {
  if (at === null) return <span className="text-broken">never</span>;
  return (
    <>
      <Age since={at} promise={promisedSeconds} /> ago
    </>
  );
}
