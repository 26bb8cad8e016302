import type { SessionFilter } from '../server/application/session-port.ts';
import { attentions, sessionStatuses } from '../server/domain/session.ts';

/** Orders of the list, with their words; the first is the default. */
export const sorts = {
  attention: 'Needs you first',
  newest: 'Newest first',
  oldest: 'Oldest first',
  priority: 'By priority',
} as const satisfies Record<NonNullable<SessionFilter['sort']>, string>;

const orders = Object.keys(sorts).filter((key): key is keyof typeof sorts => key in sorts);

/** The filter an address holds; what it does not know is left out, so that an old link still opens. */
export function filterFrom(params: URLSearchParams): SessionFilter {
  const status = sessionStatuses.filter((known) => params.getAll('status').includes(known));
  const attention = attentions.filter((known) => params.getAll('attention').includes(known));
  const q = params.get('q')?.trim().slice(0, 200);
  const sort = params.get('sort');
  return {
    ...(status.length === 0 ? {} : { status }),
    ...(attention.length === 0 ? {} : { attention }),
    ...(q ? { q } : {}),
    sort: orders.find((known) => known === sort) ?? 'attention',
  };
}

/** The address with one value of a repeatable parameter switched; always from the first page. */
export function toggled(search: string, name: string, value: string): string {
  const params = new URLSearchParams(search);
  const on = params.getAll(name);
  params.delete(name);
  params.delete('cursor');
  for (const other of on) if (other !== value) params.append(name, other);
  if (!on.includes(value)) params.append(name, value);
  return `?${params}`;
}
