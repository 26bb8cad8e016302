import clsx from 'clsx';
import { Form, Link } from 'react-router';
import { inboxAddress } from '../ask-filter.ts';
import { toggled } from '../session-filter.ts';
import { Button } from './ui/button.tsx';

type Counts = Readonly<Record<string, number>>;

interface AskFiltersProps {
  search: string;
  facets: Record<'kind' | 'status' | 'permission' | 'session' | 'agent' | 'runtime', Counts> & {
    subAgent: number;
    mine: number;
  };
}

const words: Record<string, string> = { permission: 'Permissions', question: 'Questions', escalated: 'Escalated' };

/** How many values of one kind are offered as chips; the others are found by their words. */
const offered = 6;

/** The inbox's filters, in its address: links and one search form, so they work without scripts and can be sent on. */
export function AskFilters({ search, facets }: AskFiltersProps) {
  const params = new URLSearchParams(search);
  const many = (name: string, counts: Counts, least = 1) => {
    const on = params.getAll(name);
    const known = Object.entries(counts)
      .filter(([, amount]) => amount >= least)
      .toSorted(([, a], [, b]) => b - a);
    // One value for all is nothing to choose from.
    const shown = Object.keys(counts).length > 1 ? known.slice(0, offered) : [];
    const rest = on.filter((value) => !shown.some(([one]) => one === value));
    return [...shown, ...rest.map((value) => [value, counts[value] ?? 0] as const)].map(([value, amount]) => ({
      name,
      value,
      label: words[value] ?? value,
      amount,
    }));
  };
  const one = (name: string, label: string, amount: number) =>
    amount > 0 || params.get(name) === 'yes' ? [{ name, value: 'yes', label, amount }] : [];
  const escalated = facets.status.escalated ?? 0;
  const chips = [
    ...one('mine', 'My sessions', facets.mine),
    ...(escalated > 0 || params.getAll('status').includes('escalated')
      ? [{ name: 'status', value: 'escalated', label: 'Escalated', amount: escalated }]
      : []),
    ...one('sub', 'Sub-agents', facets.subAgent),
    ...many('kind', facets.kind),
    ...many('permission', facets.permission),
    // One ask of a session is found in the list as fast.
    ...many('session', facets.session, 2),
    ...many('agent', facets.agent, 2),
    ...many('runtime', facets.runtime),
  ];
  const given = [...params].filter(([name]) => name !== 'q' && inboxAddress(`?${name}=x`) !== '/asks');
  return (
    <search className="flex flex-col border-b border-line-1 lg:flex-row lg:items-stretch">
      <Form method="get" action="/asks" className="flex items-stretch lg:w-80 lg:shrink-0 lg:border-r lg:border-line-1">
        {given.map(([name, value]) => (
          <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
        ))}
        <label className="sr-only" htmlFor="asks-q">
          Find in the asks
        </label>
        <input
          id="asks-q"
          name="q"
          type="search"
          defaultValue={params.get('q') ?? ''}
          placeholder="Command, session, task, agent"
          maxLength={200}
          className="control min-w-0 flex-1"
        />
        <Button type="submit" className="border-l-0!">
          Find
        </Button>
      </Form>
      {chips.length > 0 && (
        <nav aria-label="Filter the asks" className="relative min-w-0 overflow-x-auto">
          <ul className="flex lg:flex-wrap">
            {chips.map(({ name, value, label, amount }) => {
              const on = params.getAll(name).includes(value);
              return (
                <li key={`${name} ${value}`}>
                  <Link
                    to={toggled(inboxAddress(search).replace('/asks', '') || '?', name, value)}
                    preventScrollReset
                    aria-current={on ? 'true' : undefined}
                    className={clsx(
                      'flex min-h-11 items-center gap-2 whitespace-nowrap border-r border-line-1 px-3 font-data text-micro',
                      on ? 'bg-inverse text-on-inverse' : 'hover:bg-surface-2',
                    )}
                  >
                    <span className="font-bold">{label}</span>
                    {amount}
                    <span className="sr-only">{on ? ', filter is on' : ''}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
      )}
    </search>
  );
}
