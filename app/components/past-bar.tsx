import { Link } from 'react-router';
import { dateTime } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';

/** Why nothing is ordered while an earlier moment is shown. */
export function pastRefusal(at: Date): string {
  return `You look at ${dateTime(at)}; orders are given now. Go back to now first.`;
}

interface PastBarProps {
  at: Date;
  address: AddressInUse;
  /** False on a tab that only knows what is now. */
  replays: boolean;
  /** When retention took away what would be replayed. */
  trimmed: Date | null;
}

/** Said once and loudly: what is below is how it was, or why it is not. */
export function PastBar({ at, address, replays, trimmed }: PastBarProps) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-between gap-x-6 border-y-4 border-caution bg-surface-1 px-3 lg:px-4"
    >
      <p className="py-1">
        <b className="engraved text-caution">{trimmed === null ? 'Past' : 'Past removed'}</b>{' '}
        {trimmed === null ? 'The session as it was at' : 'You asked for the session as it was at'}{' '}
        <time dateTime={at.toISOString()}>{dateTime(at)}</time>.{' '}
        {trimmed !== null
          ? `Retention removed its events on ${dateTime(trimmed)}: what stands here is how it is now.`
          : replays
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
