import clsx from 'clsx';
import { Link } from 'react-router';
import type { TaskName } from '../../server/domain/event-filter.ts';
import { time } from '../format.ts';
import type { LiveEvent } from '../live.ts';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { namesOfTask, wordsOf } from './timeline-words.ts';

type RecentChange = LiveEvent & { sessionSlug: string | null; task: TaskName | null };

/** What changed lately, the newest first: what an operator reads who comes back. */
export function RecentChanges({ events }: { events: readonly RecentChange[] }) {
  if (events.length === 0) return <p className="px-3 py-2 text-data text-ink-2 lg:px-4">Nothing in the last hour.</p>;
  return (
    <ol>
      {events.map((event) => {
        const words = wordsOf(event, namesOfTask(event.task));
        const body = (
          <>
            <time dateTime={event.at.toISOString()} className="shrink-0 text-micro text-ink-3">
              {time(event.at).slice(0, 5)}
            </time>
            <span className={clsx('shrink-0', toneText[words.tone])}>
              <Glyph name={words.glyph} size={10} />
            </span>
            <span className="min-w-0 flex-1 truncate" title={words.text}>
              {event.sessionSlug !== null && <span className="font-data font-bold">{event.sessionSlug} </span>}
              {words.text}
            </span>
          </>
        );
        const shape = 'flex min-h-11 items-center gap-2 px-3 text-micro lg:min-h-6 lg:px-4 pointer-coarse:min-h-11';
        return (
          <li key={event.id} className="border-b border-line-1">
            {event.sessionSlug === null ? (
              <p className={shape}>{body}</p>
            ) : (
              <Link
                to={`/sessions/${event.sessionSlug}${event.seq === null ? '' : `#${event.seq}`}`}
                className={clsx(shape, 'hover:bg-surface-2 focus-visible:-outline-offset-2')}
              >
                {body}
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}
