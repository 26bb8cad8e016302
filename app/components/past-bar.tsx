import { Link } from 'react-router';
import { dateTime } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';

/** Why nothing is ordered while an earlier moment is shown. */
export function pastRefusal(at: Date): string {
  return `You look at ${dateTime(at)}; orders are given now. Go back to now first.`;
}

/** Said once and loudly: what is below is how it was. `replays` is false on a tab that only knows what is now. */
export function PastBar({ at, address, replays }: { at: Date; address: AddressInUse; replays: boolean }) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-x-6 border-y-4 border-caution bg-surface-1 px-3 lg:px-4"
    >
      <p className="py-1">
        <b className="engraved text-caution">Past</b> The session as it was at{' '}
        <time dateTime={at.toISOString()}>{dateTime(at)}</time>.{' '}
        {replays
          ? 'Nothing can be ordered from here.'
          : 'This tab shows what is now; the graph and the tasks show the past.'}
      </p>
      <Link
        to={address.to({ at: null })}
        preventScrollReset
        className="engraved inline-flex min-h-11 items-center bg-inverse px-4 text-data text-on-inverse"
      >
        Back to now
      </Link>
    </div>
  );
}
