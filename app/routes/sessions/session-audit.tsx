import { Link } from 'react-router';
import { deedOf, differencesOf } from '../../audit-words.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-audit.ts';

const onPage = 50;

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = { limit: onPage, ...(cursor === undefined ? {} : { cursor }) };
  const { items, total, nextCursor, names } = await context
    .get(servicesContext)
    .audit.storyOf(actorOf(context), params.slug, page);
  return { items, total, nextCursor, names, later: cursor !== undefined };
});

type Entry = Route.ComponentProps['loaderData']['items'][number];

/** What people and programs did to this session, each with what was before and after: it cannot be changed any more. */
export default function SessionAudit({ loaderData }: Route.ComponentProps) {
  const { items, total, nextCursor, names, later } = loaderData;
  const { state } = useSessionRoom();
  const base = `/sessions/${state.session.slug}`;
  if (items.length === 0)
    return <Empty title="Nothing is recorded about this session">Orders, answers and decisions appear here.</Empty>;
  return (
    <Panel title="Audit" aside={`${plural(total, 'entry', 'entries')}, newest first`}>
      <p className="flex flex-wrap items-center gap-x-4 px-3 py-2 text-data text-ink-2 lg:px-4">
        Each entry is chained to the one before it by its hash; nothing here can be changed or removed.
        <a href={`${base}/report`} className="inline-flex min-h-11 items-center underline">
          Take the report with these entries
        </a>
      </p>
      <ol>
        {items.map((entry) => (
          <Told key={entry.number} entry={entry} who={whoOf(entry, names)} />
        ))}
      </ol>
      <nav aria-label="Older and newer entries" className="flex gap-4 px-3 lg:px-4">
        {later && (
          <Link to={`${base}/audit`} preventScrollReset className="inline-flex min-h-11 items-center underline">
            Newest entries
          </Link>
        )}
        {nextCursor !== null && (
          <Link
            to={`${base}/audit?cursor=${nextCursor}`}
            preventScrollReset
            className="inline-flex min-h-11 items-center underline"
          >
            Older entries
          </Link>
        )}
      </nav>
    </Panel>
  );
}

function whoOf({ actor }: Entry, names: Readonly<Record<string, string>>): string {
  const name = actor.id === null ? undefined : names[actor.id];
  if (name !== undefined) return name;
  return (
    { user: 'A person who is gone', token: 'A program with a token', agent: 'An agent' }[actor.kind] ??
    'The program itself'
  );
}

function Told({ entry, who }: { entry: Entry; who: string }) {
  const changed = differencesOf(entry.before, entry.after);
  return (
    <li className="border-t border-line-1 px-3 py-3 lg:px-4">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <b>{who}</b> {deedOf(entry.action)}
        <span className="font-data text-micro text-ink-3">
          {dateTime(entry.at)}, <Age since={entry.at} /> ago
        </span>
      </p>
      {entry.reason !== null && (
        <p className="max-w-prose break-words border-l-2 border-line-2 pl-3">“{entry.reason}”</p>
      )}
      {changed.length > 0 && (
        <dl className="mt-1 grid gap-x-4 font-data text-data sm:grid-cols-[max-content_minmax(0,1fr)]">
          {changed.map(({ name, before, after }) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{name}</dt>
              <dd className="break-all">
                {before !== null && (
                  <>
                    <del className="text-ink-2">{before}</del> →{' '}
                  </>
                )}
                {after ?? 'nothing'}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <details className="font-data text-micro text-ink-3">
        <summary className="inline-flex min-h-11 items-center underline">Number {entry.number} in the chain</summary>
        <p className="break-all">
          {entry.action} · hash <span className="select-all">{entry.hash}</span> · before it{' '}
          <span className="select-all">{entry.previousHash}</span>
          {entry.requestId !== null && (
            <>
              {' '}
              · request <span className="select-all">{entry.requestId}</span>
            </>
          )}
        </p>
      </details>
    </li>
  );
}
