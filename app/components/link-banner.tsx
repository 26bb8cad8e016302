import { dateTime } from '../format.ts';
import { Glyph } from './glyph.tsx';

/** A lost link is said in words: until when the figures are true, and what the page does about it. */
export function LinkBanner({ lostSince }: { lostSince: Date | null }) {
  if (lostSince === null) return null;
  return (
    <p className="flex items-center gap-3 border-b-2 border-broken-rule bg-surface-1 px-3 py-2 text-data lg:px-4">
      <span className="text-broken">
        <Glyph name="link" />
      </span>
      <span>
        <b className="engraved text-broken">Link lost.</b> Everything below is as it was at{' '}
        <time dateTime={lostSince.toISOString()}>{dateTime(lostSince)}</time>; the clocks stand. It reconnects by
        itself.
      </span>
    </p>
  );
}
