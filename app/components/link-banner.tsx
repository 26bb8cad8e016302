import { dateTime } from '../format.ts';
import { Glyph } from './glyph.tsx';

/** A lost link in words, over the page's foot so that nothing moves: until when the figures are true, and what is done about it. */
export function LinkBanner({ lostSince }: { lostSince: Date | null }) {
  if (lostSince === null) return null;
  return (
    <p className="fixed inset-x-0 bottom-12 z-20 flex items-center gap-3 border-t-4 border-broken-rule bg-surface-1 px-3 py-2 text-data lg:bottom-0 lg:px-4">
      <span className="text-broken">
        <Glyph name="link" />
      </span>
      <span>
        <b className="engraved text-broken">Link lost.</b> Everything on this page is as it was at{' '}
        <time dateTime={lostSince.toISOString()}>{dateTime(lostSince)}</time>; the clocks stand. It reconnects by
        itself.
      </span>
    </p>
  );
}
