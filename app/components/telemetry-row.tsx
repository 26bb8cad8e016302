import clsx from 'clsx';
import type { EventNames } from '../../server/domain/event-filter.ts';
import type { LiveEvent } from '../live.ts';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { namesOfTask, wordsOf } from './timeline-words.ts';

/** One event on one line: when, where, who, which type, and what it says. */
export function TelemetryRow({ event, names: { slug, agent, task } }: { event: LiveEvent; names: EventNames }) {
  const words = wordsOf(event, namesOfTask(task));
  return (
    <span className="flex h-full items-center gap-3 overflow-hidden whitespace-nowrap px-3 font-data text-micro lg:px-4">
      <time dateTime={event.at.toISOString()} className="shrink-0 text-micro text-ink-3">
        {event.at.toISOString().slice(11, 23)}
      </time>
      <span className={clsx('shrink-0', toneText[words.tone])}>
        <Glyph name={words.glyph} size={10} />
      </span>
      <span className="w-16 shrink-0 truncate font-bold">{slug ?? 'team'}</span>
      <span className="hidden w-44 shrink-0 truncate text-ink-2 sm:block">{event.type}</span>
      <span className="hidden w-44 shrink-0 truncate text-ink-2 md:block">{agent ?? event.actor.name}</span>
      <span className={clsx('min-w-0 flex-1 truncate font-words text-data', toneText[words.tone])}>{words.text}</span>
    </span>
  );
}
