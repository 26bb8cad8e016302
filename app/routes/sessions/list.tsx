import { useCallback, useEffect, useRef } from 'react';
import { data, Link, redirect } from 'react-router';
import { can, refusal } from '../../../server/domain/actor.ts';
import { attentions, sessionStatuses } from '../../../server/domain/session.ts';
import type { SessionViewFilter } from '../../../server/domain/session-view.ts';
import { actorOf } from '../../auth.server.ts';
import { BatchBar } from '../../components/batch-bar.tsx';
import { FilterChips } from '../../components/filter-chips.tsx';
import { NoSession } from '../../components/no-session.tsx';
import { PageHeader } from '../../components/page.tsx';
import { SavedViews } from '../../components/saved-views.tsx';
import { SessionSearch } from '../../components/session-search.tsx';
import { SessionTable } from '../../components/session-table.tsx';
import { ActionLink, Empty } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { useSelection } from '../../hooks/use-selection.ts';
import { useSessionLines } from '../../hooks/use-session-lines.ts';
import { filterFrom, narrows, searchOf } from '../../session-filter.ts';
import { linesOf, repositoryNames } from '../../session-lines.server.ts';
import { linesInPage } from '../../session-lines.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Sessions');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const filter = filterFrom(url.searchParams);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const mine: SessionViewFilter = { createdBy: actor.id };
  const [page, counts, names, own, mineCount] = await Promise.all([
    services.sessions.list(actor, filter, { cursor, limit: linesInPage }),
    services.sessions.counts(actor),
    repositoryNames(services, actor),
    services.views.list(actor),
    services.sessions.count(actor, mine),
  ]);
  const items = await linesOf(services, actor, page.items);
  const sum = (part: Partial<Record<string, number>>, wanted: readonly string[]) =>
    wanted.reduce((total, key) => total + (part[key] ?? 0), 0);
  const waiting = attentions.filter((kind) => kind !== 'none');
  const builtIn = (name: string, view: SessionViewFilter, count: number) => ({
    id: null,
    name,
    search: searchOf(view),
    count,
  });
  return {
    items,
    total: page.total,
    nextCursor: page.nextCursor,
    cursor: cursor ?? null,
    counts,
    filter,
    repositories: names,
    ownerName:
      filter.createdBy === undefined ? null : filter.createdBy === actor.id ? 'you' : (items[0]?.owner ?? null),
    views: [
      builtIn('All', {}, sum(counts.status, sessionStatuses)),
      builtIn('Mine', mine, mineCount),
      builtIn('Need someone', { attention: waiting }, sum(counts.attention, waiting)),
      builtIn('At work', { status: ['running', 'degraded'] }, sum(counts.status, ['running', 'degraded'])),
      builtIn(
        'Failed',
        { status: ['failed', 'timeout', 'orphaned'] },
        sum(counts.status, ['failed', 'timeout', 'orphaned']),
      ),
      ...own.map(({ id, name, filter: kept, count }) => ({ id, name, search: searchOf(kept), count })),
    ],
    refusal: refusal(actor, 'session.create'),
    mayRegister: can(actor, 'repository.manage'),
  };
});

/** Keeps or removes a view of one's own; what is shown stays. */
export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const { views } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const filter = filterFrom(url.searchParams);
  try {
    if (form.get('intent') === 'remove_view') await views.remove(actor, String(form.get('id')));
    else await views.save(actor, { name: String(form.get('name') ?? ''), filter });
    return redirect(`/sessions${searchOf(filter)}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID') throw error;
    return data({ error: issueOf(known.details) ?? known.message }, { status: 422 });
  }
});

function issueOf(details: unknown): string | null {
  const first: unknown = Array.isArray(details) ? details[0] : null;
  if (typeof first !== 'object' || first === null || !('message' in first)) return null;
  return String(first.message);
}

export default function Sessions({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { items, total, nextCursor, cursor, filter, counts, repositories, views } = loaderData;
  const here = searchOf(filter);
  const view = cursor === null ? here : `${here}&cursor=${cursor}`;
  const list = useSessionLines({ items, nextCursor }, view);
  const { slugs, toggle, all: selectAll, clear } = useSelection(here);
  const shown = list.rows.map((line) => line.slug);
  const everySelected = shown.every((slug) => slugs.has(slug));
  const onSelectAll = useCallback(
    () => (everySelected ? clear() : selectAll(shown)),
    [everySelected, clear, selectAll, shown],
  );
  const all = views[0]?.count ?? 0;

  return (
    <>
      <PageHeader
        title="Sessions"
        note={
          all === 0
            ? undefined
            : `${plural(total, 'session')}${narrows(filter) ? ` of ${all.toLocaleString('en-US')} match` : ''}`
        }
      >
        {loaderData.refusal === null ? (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Link
              to="/sessions/-/deleted"
              className="inline-flex min-h-11 items-center text-data underline max-sm:hidden"
            >
              Deleted sessions
            </Link>
            <ActionLink to="/sessions/new" creates>
              New session
            </ActionLink>
          </div>
        ) : (
          <p className="max-w-xs text-data text-ink-2">{loaderData.refusal}</p>
        )}
      </PageHeader>

      {all > 0 && (
        <>
          <SavedViews views={views} here={here} error={actionData?.error ?? null} />
          <FilterChips counts={counts} search={here} />
          <SessionSearch filter={filter} repositories={repositories} ownerName={loaderData.ownerName} />
        </>
      )}

      {list.waiting > 0 && slugs.size === 0 && (
        <button
          type="button"
          onClick={list.release}
          // Over the page's foot, so that no row moves.
          className="engraved fixed inset-x-0 bottom-12 z-10 min-h-11 cursor-pointer bg-stream px-4 text-left text-data text-on-signal lg:bottom-0"
        >
          {list.waiting} new: show {list.waiting === 1 ? 'it' : 'them'}
        </button>
      )}

      {list.rows.length === 0 && all > 0 && (
        <Empty title="No session matches." action={{ to: '/sessions', words: 'Show all sessions' }}>
          Take a filter away, or search for fewer words.
        </Empty>
      )}
      {all === 0 && (
        <NoSession
          title="No session yet."
          repositories={Object.keys(repositories).length}
          mayCreate={loaderData.refusal === null}
          mayRegister={loaderData.mayRegister}
        />
      )}
      {list.rows.length > 0 && (
        <>
          <SessionTable
            lines={list.rows}
            total={total}
            sort={filter.sort ?? 'attention'}
            search={here}
            selected={slugs}
            onSelect={toggle}
            onSelectAll={onSelectAll}
            onEnd={list.loadMore}
            onRange={list.onRange}
          />
          <Pages here={here} cursor={cursor} list={list} shown={list.rows.length} total={total} />
          <BatchBar selected={slugs} onClear={clear} />
        </>
      )}
      {loaderData.refusal === null && (
        <Link to="/sessions/-/deleted" className="inline-flex min-h-11 items-center px-3 text-data underline sm:hidden">
          Deleted sessions
        </Link>
      )}
    </>
  );
}

interface PagesProps {
  here: string;
  cursor: string | null;
  list: Pick<ReturnType<typeof useSessionLines>, 'nextCursor' | 'loading' | 'loadMore'>;
  shown: number;
  total: number;
}

/** The way on: with scripts the next rows join these, without them they are a page of their own. */
function Pages({ here, cursor, list, shown, total }: PagesProps) {
  const nav = useRef<HTMLElement>(null);
  const { loadMore } = list;
  useEffect(() => {
    if (nav.current === null) return;
    // Asked for before the end is reached; each answer makes a new `loadMore`, which looks again.
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && loadMore(), { rootMargin: '600px' });
    observer.observe(nav.current);
    return () => observer.disconnect();
  }, [loadMore]);
  if (cursor === null && list.nextCursor === null) return null;
  return (
    <nav
      ref={nav}
      aria-label="Pages"
      className="flex flex-wrap items-center gap-4 px-3 py-4 lg:px-4"
      onClickCapture={(event) => {
        const link = event.target instanceof Element ? event.target.closest('a[href*="cursor="]') : null;
        if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        list.loadMore();
      }}
    >
      {cursor !== null && <ActionLink to={here}>First page</ActionLink>}
      {list.nextCursor !== null && (
        <ActionLink to={`${here}&cursor=${list.nextCursor}`}>
          {list.loading ? 'Loading…' : `Next ${Math.min(linesInPage, Math.max(1, total - shown))}`}
        </ActionLink>
      )}
      <p className="font-data text-data text-ink-2">
        {shown.toLocaleString('en-US')} of {total.toLocaleString('en-US')} shown
      </p>
    </nav>
  );
}
