import { Link } from 'react-router';
import type { ConflictStatus } from '../../../server/domain/conflict.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { conflictSentence } from '../../conflict-words.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { conflictSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Conflicts');

const standing: readonly ConflictStatus[] = ['waiting_for_person', 'open', 'resolving'];
const over: readonly ConflictStatus[] = ['resolved', 'abandoned'];

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const past = url.searchParams.get('show') === 'over';
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await context
    .get(servicesContext)
    .conflicts.list(actorOf(context), { status: past ? over : standing }, { cursor, limit: 50 });
  // Whoever waits for a person comes first.
  const items = past
    ? page.items
    : page.items.toSorted((a, b) => standing.indexOf(a.status) - standing.indexOf(b.status));
  return { ...page, items, past };
});

const columns = [
  { words: 'Task and files' },
  { words: 'State' },
  { words: 'Session', wide: true },
  { words: 'Found', wide: true, end: true },
];

/** Work that does not fit together, the one that waits for a person first. */
export default function Conflicts({ loaderData }: Route.ComponentProps) {
  useRefresh();
  const { items, past, total, nextCursor } = loaderData;
  return (
    <>
      <PageHeader
        title="Conflicts"
        note="Two tasks changed the same place. Both sides are kept; nobody’s work is overwritten."
      />
      <FilterTabs
        label="Which conflicts"
        tabs={[
          { to: '/conflicts', words: 'Standing', on: !past },
          { to: '/conflicts?show=over', words: 'Over', on: past },
        ]}
        aside={plural(total, 'conflict')}
      />
      {items.length === 0 ? (
        <Empty
          title={past ? 'No conflict is over yet.' : 'No conflict stands.'}
          action={
            past ? { to: '/conflicts', words: 'Standing conflicts' } : { to: '/sessions', words: 'To the sessions' }
          }
        >
          {past
            ? 'What agents and people resolved stays here, with who did it and the commit.'
            : 'Changes that contradict each other come here at once; an agent tries first, then the CONFLICT tile lights.'}
        </Empty>
      ) : (
        <Table caption={past ? 'Conflicts that are over' : 'Standing conflicts'} columns={columns}>
          {items.map((conflict) => (
            <tr
              data-row
              key={conflict.id}
              className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
            >
              <Cell>
                <Link to={`/conflicts/${conflict.id}`} className="font-semibold after:absolute after:inset-0">
                  {conflict.taskTitle}
                </Link>
                <span className="block break-all font-data text-data text-ink-2">
                  <span className="block font-bold md:hidden">{conflict.sessionSlug}</span>
                  {conflict.files.join(', ')}
                </span>
              </Cell>
              <Cell>
                <StatusBadge sign={conflictSigns[conflict.status]} />
                <span className="mt-1 block break-words text-data text-ink-2">{conflictSentence(conflict)}</span>
              </Cell>
              <Cell wide>
                <span className="block font-data text-data font-bold">{conflict.sessionSlug}</span>
                <span className="block text-data text-ink-2">{conflict.sessionTitle}</span>
              </Cell>
              <Cell wide end className="whitespace-nowrap font-data text-data">
                <Age since={conflict.createdAt} /> ago
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <Link
          to={`?${past ? 'show=over&' : ''}cursor=${encodeURIComponent(nextCursor)}`}
          className="flex min-h-11 items-center px-4 underline"
        >
          Next 50
        </Link>
      )}
    </>
  );
}
