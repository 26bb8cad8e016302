import { type EventFilter, eventKinds } from '../server/domain/event-filter.ts';
import { eventTypes } from '../server/domain/events.ts';

const known: readonly string[] = [...eventKinds, ...eventTypes];

/** The filter an address holds; what it does not know is left out, so that an old link still opens. */
export function eventFilterFrom(params: URLSearchParams): EventFilter {
  const text = (name: string, most: number) => (params.get(name) ?? '').trim().slice(0, most);
  return {
    types: known.filter((type) => params.getAll('type').includes(type)),
    session: text('session', 40),
    who: text('who', 80),
    text: text('q', 200),
  };
}

/** The address of a filter; empty parts are left out. */
export function searchOf(filter: EventFilter): string {
  const params = new URLSearchParams();
  for (const type of filter.types) params.append('type', type);
  if (filter.session !== '') params.set('session', filter.session);
  if (filter.who !== '') params.set('who', filter.who);
  if (filter.text !== '') params.set('q', filter.text);
  const search = params.toString();
  return search === '' ? '' : `?${search}`;
}

/** With one kind switched. */
export function withType(filter: EventFilter, type: string): EventFilter {
  const on = filter.types.includes(type);
  return { ...filter, types: on ? filter.types.filter((one) => one !== type) : [...filter.types, type] };
}
