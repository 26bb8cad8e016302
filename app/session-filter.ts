import type { SessionFilter } from '../server/application/session-port.ts';
import { attentions, sessionStatuses } from '../server/domain/session.ts';
import type { SessionSort, SessionViewFilter } from '../server/domain/session-view.ts';

/** Orders of the list, with their words; the first is the default. */
export const sorts = {
  attention: 'Needs you first',
  newest: 'Newest first',
  oldest: 'Oldest first',
  changed: 'Changed last',
  priority: 'By priority',
  title: 'By title',
  progress: 'Furthest first',
  health: 'Worst health first',
  cost: 'Dearest first',
} as const satisfies Record<SessionSort, string>;

const orders = Object.keys(sorts).filter((key): key is SessionSort => key in sorts);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The filter an address holds; what it does not know is left out, so that an old link still opens. */
export function filterFrom(params: URLSearchParams): SessionFilter & SessionViewFilter {
  const status = sessionStatuses.filter((known) => params.getAll('status').includes(known));
  const attention = attentions.filter((known) => params.getAll('attention').includes(known));
  const priority = [0, 1, 2, 3, 4].filter((known) => params.getAll('priority').includes(String(known)));
  const tag = [...new Set(params.getAll('tag').map((one) => one.trim().slice(0, 50)))].filter(Boolean).slice(0, 20);
  const [owner, repository] = [params.get('owner') ?? '', params.get('repository') ?? ''];
  const q = params.get('q')?.trim().slice(0, 200);
  const sort = params.get('sort');
  return {
    ...(status.length === 0 ? {} : { status }),
    ...(attention.length === 0 ? {} : { attention }),
    ...(priority.length === 0 ? {} : { priority }),
    ...(tag.length === 0 ? {} : { tag }),
    ...(uuid.test(owner) ? { createdBy: owner } : {}),
    ...(uuid.test(repository) ? { repositoryId: repository } : {}),
    ...(params.get('ended') === 'day' ? { ended: 'day' as const } : {}),
    ...(q ? { q } : {}),
    sort: orders.find((known) => known === sort) ?? 'attention',
  };
}

/** The one address of a filter: the same filter is always the same address, from the first page on. */
export function searchOf(filter: SessionViewFilter): string {
  const params = new URLSearchParams();
  for (const status of filter.status ?? []) params.append('status', status);
  for (const kind of filter.attention ?? []) params.append('attention', kind);
  for (const priority of filter.priority ?? []) params.append('priority', String(priority));
  for (const tag of filter.tag ?? []) params.append('tag', tag);
  if (filter.createdBy !== undefined) params.set('owner', filter.createdBy);
  if (filter.repositoryId !== undefined) params.set('repository', filter.repositoryId);
  if (filter.ended !== undefined) params.set('ended', filter.ended);
  if (filter.q !== undefined) params.set('q', filter.q);
  if (filter.sort !== undefined && filter.sort !== 'attention') params.set('sort', filter.sort);
  return `?${params}`;
}

/** Whether the filter leaves anything out. */
export function narrows({ sort: _, ...rest }: SessionViewFilter): boolean {
  return Object.keys(rest).length > 0;
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
