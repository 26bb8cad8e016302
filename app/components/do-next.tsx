import clsx from 'clsx';
import { Link } from 'react-router';
import { plural } from '../format.ts';
import { useClockStopped } from '../hooks/use-clock.tsx';
import type { Concern } from '../situation.ts';
import { toneBlock, toneText } from '../status.ts';
import { Age } from './age.tsx';
import { Glyph } from './glyph.tsx';

/** More would push the picture off the screen; each has a tile above as well. */
const shown = 3;

/** The verdict in words: what is wrong, for how long, and the one thing to do. A quiet line while all is well. */
export function DoNext({ concerns, running }: { concerns: readonly Concern[]; running: number }) {
  const stopped = useClockStopped();
  if (concerns.length === 0)
    return (
      <p
        className={clsx(
          'flex min-h-11 items-center gap-3 border-b border-line-2 px-3 text-ink-2 lg:px-4',
          stopped && 'line-through',
        )}
      >
        <Glyph name="check" size={14} />
        All is well. {running === 0 ? 'No session runs' : `${plural(running, 'session')} at work`}; nothing waits for a
        person.
      </p>
    );
  const rest = concerns.slice(shown);
  return (
    <section aria-label="What to do next" className="border-b border-line-2">
      <ul>
        {concerns.slice(0, shown).map((concern) => (
          <li key={concern.key} className="border-b border-line-1 last:border-b-0">
            <Link
              to={concern.href}
              className="group flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 hover:bg-surface-2 focus-visible:-outline-offset-2 sm:flex-nowrap sm:pr-3 lg:pr-4"
            >
              <span
                className={clsx(
                  'engraved flex min-h-11 w-full items-center gap-2 px-3 text-data sm:w-44 sm:shrink-0 lg:px-4',
                  toneBlock[concern.tone],
                )}
              >
                <Glyph name={concern.glyph} size={14} />
                {concern.word}
              </span>
              <span className="w-full min-w-0 px-3 sm:w-auto sm:flex-1 sm:truncate sm:px-0" title={concern.detail}>
                {concern.detail}
              </span>
              {concern.since !== null && (
                <span className={clsx('px-3 font-data text-data sm:px-0', toneText[concern.tone])}>
                  <Age since={concern.since} label="for" />
                </span>
              )}
              <span className="engraved ml-auto flex min-h-11 items-center gap-2 px-3 text-data underline group-hover:no-underline sm:px-0">
                {concern.todo}
                <Glyph name="arrow" size={12} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <p className="border-t border-line-1 px-3 py-0.5 text-data text-ink-2 lg:px-4">
          And {rest.map(({ word }) => word).join(', ')}: see the tiles above.
        </p>
      )}
    </section>
  );
}
