import { Form, Link } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { PageHeader } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Button, buttonShape } from '../../components/ui/button.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import type { Sign } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/audit.ts';
import { AuditList } from './audit-list.tsx';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Audit');

const fields = [
  { name: 'action', label: 'Action', hint: 'token.created, or token', type: 'search' },
  { name: 'actor', label: 'Actor', hint: 'id, kind or e-mail', type: 'search' },
  { name: 'subject', label: 'Subject', hint: 'id or kind', type: 'search' },
  { name: 'from', label: 'From', hint: 'UTC', type: 'date' },
  { name: 'to', label: 'To', hint: 'this day too', type: 'date' },
] as const;

const whole: Sign = { word: 'WHOLE', glyph: 'check', tone: 'done', meaning: 'Every hash was as it should be.' };
const broken: Sign = {
  word: 'BROKEN',
  glyph: 'cross',
  tone: 'broken',
  meaning: 'An entry was changed or taken out beside the application.',
  inverse: true,
};

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { audit } = context.get(servicesContext);
  const actor = actorOf(context);
  const filter = Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = url.searchParams.get(name)?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const cursor = url.searchParams.get('cursor') ?? undefined;
  try {
    const page = await audit.list(actor, filter, { cursor, limit: 50 });
    return {
      ...page,
      names: await audit.names(actor, page.items),
      last: await audit.lastCheck(actor),
      anchor: await audit.anchor(actor),
      filter,
      mistake: null,
    };
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID') throw error;
    return {
      items: [],
      nextCursor: null,
      total: 0,
      names: {},
      last: null,
      anchor: null,
      filter,
      mistake: known.message,
    };
  }
});

export const action = guarded(async ({ context }: Route.ActionArgs) =>
  context.get(servicesContext).audit.verify(actorOf(context)),
);

/** Who did what to what, and whether the record is whole. */
export default function Audit({ loaderData, actionData }: Route.ComponentProps) {
  const { items, nextCursor, total, names, last, anchor, filter, mistake } = loaderData;
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHeader
        title="Audit"
        note="What was done, by whom, in one chain that shows whether anything in it was changed or taken out. Entries hold ids only."
      >
        <div className="flex flex-wrap gap-2">
          <Form method="post">
            <Button type="submit" weight="weighty">
              Verify the chain
            </Button>
          </Form>
          <a href="/admin/audit/export" className={buttonShape({})}>
            Export JSON Lines
          </a>
        </div>
      </PageHeader>
      {actionData !== undefined ? (
        <Verdict {...actionData} />
      ) : (
        last !== null && (
          <>
            {last.firstBroken !== null && <Verdict {...last} />}
            <p className="flex items-center gap-2 border-b border-line-1 px-3 py-2 font-data text-data text-ink-2 lg:px-4">
              <StatusBadge sign={last.firstBroken === null ? whole : broken} />
              last read {dateTime(last.at)}; it is read anew every day
            </p>
          </>
        )
      )}
      {anchor !== null && (
        <p className="border-b border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
          Retention cut the first {plural(anchor.number, 'entry', 'entries')} on {dateTime(anchor.cutAt)}. The chain is
          verified from the hash of entry {anchor.number}: <span className="break-all font-data">{anchor.hash}</span>
        </p>
      )}
      <Form
        method="get"
        role="search"
        className="grid grid-cols-2 items-end gap-2 border-b border-line-1 px-3 py-3 lg:grid-cols-6 lg:px-4"
      >
        {fields.map(({ name, label, hint, type }) => (
          <label key={name} className="min-w-0">
            <span className="engraved text-micro text-ink-3">{label}</span>
            <input
              key={filter[name] ?? ''}
              type={type}
              name={name}
              defaultValue={filter[name] ?? ''}
              placeholder={hint}
              maxLength={200}
              spellCheck={false}
              className="control"
            />
          </label>
        ))}
        <Button type="submit">Find</Button>
      </Form>
      {mistake !== null ? (
        <Empty title="That cannot be searched for." action={{ to: '/admin/audit', words: 'Show every entry' }}>
          {mistake}
        </Empty>
      ) : items.length === 0 ? (
        filtered ? (
          <Empty title="No entry is like that." action={{ to: '/admin/audit', words: 'Show every entry' }}>
            Leave a field empty to search wider.
          </Empty>
        ) : (
          <Empty title="Nothing is recorded yet.">What people, tokens and the program do is written here.</Empty>
        )
      ) : (
        <AuditList entries={items} names={names} total={total} />
      )}
      {nextCursor !== null && (
        <Link
          to={`?${new URLSearchParams({ ...filter, cursor: nextCursor })}`}
          className="flex min-h-11 items-center px-4 underline"
        >
          Older entries; {plural(total, 'entry', 'entries')} in all
        </Link>
      )}
    </>
  );
}

function Verdict({ entries, firstBroken }: { entries: number; firstBroken: number | null }) {
  if (firstBroken === null)
    return <Notice>The chain is whole: {plural(entries, 'entry', 'entries')} read anew, each hash as it was.</Notice>;
  return (
    <div role="alert" className="border-l-4 border-broken-rule px-4 py-4">
      <p className="text-lead font-semibold text-broken">
        The chain is broken at entry {firstBroken}: it was changed, or one before it was taken out.
      </p>
      <p className="max-w-prose text-ink-2">
        {plural(entries, 'entry', 'entries')} before it are whole. Keep a copy of the database as it is now, compare it
        with an export or a backup, and find out who could write to the database itself: the application cannot.
      </p>
    </div>
  );
}
