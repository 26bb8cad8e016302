import { Form, Link } from 'react-router';
import { can, refusal } from '../../../server/domain/actor.ts';
import { isExecuting } from '../../../server/domain/session.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { FilterChips } from '../../components/filter-chips.tsx';
import { NoSession } from '../../components/no-session.tsx';
import { PageHeader } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress.tsx';
import { ActionLink, Empty } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { percent, plural } from '../../format.ts';
import { useHeldRows } from '../../hooks/use-held-rows.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { filterFrom, sorts } from '../../session-filter.ts';
import { attentionSigns, sessionSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Sessions');

const pageSize = 50;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { sessions, repositories } = context.get(servicesContext);
  const actor = actorOf(context);
  const filter = filterFrom(url.searchParams);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const [page, counts, known] = await Promise.all([
    sessions.list(actor, filter, { cursor, limit: pageSize }),
    sessions.counts(actor),
    repositories.list(actor, { limit: 100 }),
  ]);
  return {
    ...page,
    counts,
    filter,
    cursor: cursor ?? null,
    me: actor.id,
    repositories: Object.fromEntries(known.items.map(({ id, name }) => [id, name])),
    refusal: refusal(actor, 'session.create'),
    mayRegister: can(actor, 'repository.manage'),
    search: url.searchParams.toString(),
  };
});

const columns = [
  { words: 'Session' },
  { words: 'State' },
  { words: 'Progress', wide: true },
  { words: 'Health', wide: true, end: true },
  { words: 'Repository', wide: true },
  { words: 'Created', wide: true, end: true },
];

export default function Sessions({ loaderData }: Route.ComponentProps) {
  useRefresh();
  const { items, total, nextCursor, cursor, filter, search, counts } = loaderData;
  const { rows, waiting, release } = useHeldRows(items, search);
  const all = Object.values(counts.status).reduce((sum: number, amount) => sum + (amount ?? 0), 0);
  const filtered = filter.status !== undefined || filter.attention !== undefined || filter.q !== undefined;

  return (
    <>
      <PageHeader
        title="Sessions"
        note={all === 0 ? undefined : `${plural(total, 'session')}${filtered ? ` of ${all} match` : ''}`}
      >
        {loaderData.refusal === null ? (
          <ActionLink to="/sessions/new" creates>
            New session
          </ActionLink>
        ) : (
          <p className="max-w-xs text-data text-ink-2">{loaderData.refusal}</p>
        )}
      </PageHeader>

      {all > 0 && (
        <>
          <FilterChips counts={counts} search={search} />
          <Form
            method="get"
            role="search"
            className="flex flex-wrap items-end gap-2 border-b-2 border-line-2 px-3 py-3 lg:px-4"
          >
            {(filter.status ?? []).map((status) => (
              <input key={status} type="hidden" name="status" value={status} />
            ))}
            {(filter.attention ?? []).map((attention) => (
              <input key={attention} type="hidden" name="attention" value={attention} />
            ))}
            <label className="min-w-48 flex-1">
              <span className="engraved text-micro text-ink-3">Find in title, goal and slug</span>
              <input
                type="search"
                name="q"
                key={filter.q}
                defaultValue={filter.q}
                maxLength={200}
                className="control"
              />
            </label>
            <label className="flex-1 sm:w-48 sm:flex-none">
              <span className="engraved text-micro text-ink-3">Order</span>
              <select name="sort" key={filter.sort} defaultValue={filter.sort} className="control">
                {Object.entries(sorts).map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
            <Button type="submit">Find</Button>
          </Form>
        </>
      )}

      {waiting > 0 && (
        <button
          type="button"
          onClick={release}
          // Over the page's foot, so that no row moves.
          className="engraved fixed inset-x-0 bottom-12 z-10 min-h-11 cursor-pointer bg-stream px-4 text-left text-data text-on-signal lg:bottom-0"
        >
          {waiting} new: show {waiting === 1 ? 'it' : 'them'}
        </button>
      )}

      {rows.length === 0 && all > 0 && (
        <Empty title="No session matches." action={{ to: '/sessions', words: 'Show all sessions' }}>
          Take a filter away, or search for fewer words.
        </Empty>
      )}
      {all === 0 && (
        <NoSession
          title="No session yet."
          repositories={Object.keys(loaderData.repositories).length}
          mayCreate={loaderData.refusal === null}
          mayRegister={loaderData.mayRegister}
        />
      )}
      {rows.length > 0 && (
        <Table caption="Sessions" columns={columns}>
          {rows.map((session) => (
            <tr
              key={session.id}
              data-row
              className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
            >
              <Cell className="w-2/5 max-w-0 md:max-w-none">
                <Link to={`/sessions/${session.slug}`} className="block after:absolute after:inset-0">
                  <span className="block font-data text-data font-bold">{session.slug}</span>
                  <span className="line-clamp-2 wrap-anywhere">{session.title}</span>
                </Link>
                <span className="mt-1 block md:hidden">
                  <ProgressBar {...session.progress} live={isExecuting(session.status)} />
                </span>
              </Cell>
              <Cell>
                <span className="flex flex-col items-start gap-1 font-data text-data md:flex-row md:flex-wrap md:items-center">
                  {session.attention.kind !== 'none' && <StatusBadge sign={attentionSigns[session.attention.kind]} />}
                  <StatusBadge sign={sessionSigns[session.status]} />
                  <Age since={session.statusSince} />
                </span>
              </Cell>
              <Cell wide>
                <ProgressBar {...session.progress} live={isExecuting(session.status)} />
              </Cell>
              <Cell
                wide
                end
                className={session.health <= 0.3 ? 'font-data text-data text-broken' : 'font-data text-data'}
              >
                {percent(session.health)}
              </Cell>
              <Cell wide className="max-w-48 truncate text-ink-2">
                {loaderData.repositories[session.repositoryId] ?? 'removed'}
              </Cell>
              <Cell wide end className="whitespace-nowrap font-data text-data text-ink-2">
                <Age since={session.createdAt} /> ago
                {session.createdBy === loaderData.me && <span className="block text-micro">by you</span>}
              </Cell>
            </tr>
          ))}
        </Table>
      )}

      {(cursor !== null || nextCursor !== null) && (
        <nav aria-label="Pages" className="flex gap-2 px-3 py-4 lg:px-4">
          {cursor !== null && <ActionLink to={withCursor(search, null)}>First page</ActionLink>}
          {nextCursor !== null && <ActionLink to={withCursor(search, nextCursor)}>Next {pageSize}</ActionLink>}
        </nav>
      )}
    </>
  );
}

function withCursor(search: string, cursor: string | null): string {
  const params = new URLSearchParams(search);
  if (cursor === null) params.delete('cursor');
  else params.set('cursor', cursor);
  return `?${params}`;
}
