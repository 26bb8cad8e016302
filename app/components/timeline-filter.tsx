import { useId } from 'react';
import { type EventGroup, eventGroups, groupWords } from './timeline-entry.ts';
import type { RowFilter } from './timeline-rows.ts';

interface TimelineFilterProps {
  filter: RowFilter;
  onChange: (filter: RowFilter) => void;
  shown: number;
  total: number;
}

/** Kinds as switches and a search over everything an event holds. */
export function TimelineFilter({ filter, onChange, shown, total }: TimelineFilterProps) {
  const id = useId();
  const toggle = (group: EventGroup) => {
    const groups = new Set(filter.groups);
    if (!groups.delete(group)) groups.add(group);
    onChange({ ...filter, groups });
  };
  return (
    <search className="flex flex-wrap items-center gap-2 border-b border-line-1 px-3 py-2 lg:px-4">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Kinds of events</legend>
        {eventGroups.map((group) => (
          <button
            key={group}
            type="button"
            aria-pressed={filter.groups.has(group)}
            onClick={() => toggle(group)}
            className="engraved min-h-11 cursor-pointer border border-line-3 px-3 text-micro aria-pressed:bg-inverse aria-pressed:text-on-inverse hover:bg-surface-3 aria-pressed:hover:bg-inverse"
          >
            {groupWords[group]}
          </button>
        ))}
      </fieldset>
      <label htmlFor={id} className="sr-only">
        Find in events
      </label>
      <input
        id={id}
        type="search"
        placeholder="Find in events"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        className="control min-w-40 flex-1 basis-40"
      />
      <output aria-live="polite" className="text-micro text-ink-3">
        {shown === total ? `${total} rows` : `${shown} of ${total} rows`}
      </output>
    </search>
  );
}
