import { useId } from 'react';
import { plural } from '../format.ts';
import type { SearchResult } from '../hooks/use-timeline-search.ts';
import { type EventGroup, eventGroups, groupWords } from './timeline-entry.ts';
import type { EventFilter } from './timeline-rows.ts';

interface TimelineFilterProps {
  filter: EventFilter;
  onChange: (filter: EventFilter) => void;
  /** Names of the agents that took part. */
  agents: readonly string[];
  /** How many events the session has. */
  total: number;
  /** What the filter has found so far; null without one. */
  search: SearchResult | null;
}

/** Kinds as switches, the agent, and a search over everything an event holds, through the whole session. */
export function TimelineFilter({ filter, onChange, agents, total, search }: TimelineFilterProps) {
  const id = useId();
  const toggle = (group: EventGroup) => {
    const groups = new Set(filter.groups);
    if (!groups.delete(group)) groups.add(group);
    onChange({ ...filter, groups });
  };
  return (
    <search className="flex flex-wrap items-center gap-1 border-b border-line-1 px-2 py-1">
      <fieldset className="flex flex-wrap gap-px">
        <legend className="sr-only">Kinds of events</legend>
        {eventGroups.map((group) => (
          <button
            key={group}
            type="button"
            aria-pressed={filter.groups.has(group)}
            onClick={() => toggle(group)}
            className="engraved min-h-11 min-w-11 cursor-pointer border border-line-3 px-2 text-micro aria-pressed:bg-inverse aria-pressed:text-on-inverse hover:bg-surface-3 aria-pressed:hover:bg-inverse"
          >
            {groupWords[group]}
          </button>
        ))}
      </fieldset>
      <output aria-live="polite" className="ml-auto text-right text-micro text-ink-3">
        {search === null ? plural(total, 'event') : said(search, total)}
      </output>
      <label htmlFor={`${id}-agent`} className="sr-only">
        Agent
      </label>
      <select
        id={`${id}-agent`}
        value={filter.agent}
        onChange={(event) => onChange({ ...filter, agent: event.target.value })}
        className="control max-w-44 flex-1 basis-32"
      >
        <option value="">Every agent</option>
        {agents.map((agent) => (
          <option key={agent}>{agent}</option>
        ))}
        {filter.agent !== '' && !agents.includes(filter.agent) && <option>{filter.agent}</option>}
      </select>
      <label htmlFor={id} className="sr-only">
        Find in events
      </label>
      <input
        id={id}
        type="search"
        placeholder="Find in events"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        className="control min-w-32 flex-1 basis-32"
      />
    </search>
  );
}

function said({ found, searched, failed }: SearchResult, total: number): string {
  if (failed !== null) return failed;
  const sum = `${found.length.toLocaleString('en-US')} of ${plural(total, 'event')}`;
  return searched < total ? `${sum}; looked at ${searched.toLocaleString('en-US')} so far` : sum;
}
