import { data, Form, Link, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { undoDays } from '../../../server/domain/retention.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { sessionSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/deleted-list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Deleted sessions');

const dayMs = 86_400_000;
const pageLength = 50;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await context
    .get(servicesContext)
    .sessions.list(actor, { deleted: true, sort: 'newest' }, { cursor, limit: pageLength });
  const now = Date.now();
  return {
    ...page,
    items: page.items.map((session) => ({
      slug: session.slug,
      title: session.title,
      status: session.status,
      deletedAt: session.deletedAt,
      daysLeft: Math.max(0, Math.ceil(((session.deletedAt?.getTime() ?? now) + undoDays * dayMs - now) / dayMs)),
      refusal: refusal(actor, 'session.edit', { teamId: session.teamId, createdBy: session.createdBy }),
    })),
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const slug = String((await request.formData()).get('slug') ?? '');
  try {
    await context.get(servicesContext).sessions.undelete(actorOf(context), slug);
    return redirect(`/sessions/${encodeURIComponent(slug)}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'NOT_FOUND' && known?.code !== 'INVALID_TRANSITION') throw error;
    return data({ mistake: `${slug} cannot be brought back: ${known.message}` }, { status: httpStatusOf(known.code) });
  }
});

const columns = [
  { words: 'Session' },
  { words: 'It was', wide: true },
  { words: 'Deleted', wide: true },
  { words: 'Bring back' },
];

/** What was deleted and can still be brought back. */
export default function DeletedSessions({
  loaderData: { items, total, nextCursor },
  actionData,
}: Route.ComponentProps) {
  return (
    <>
      <PageHeader
        title="Deleted sessions"
        note={`They left every list. Each can be brought back for ${undoDays} days; then it goes for good, in the night.`}
      />
      {actionData !== undefined && <Notice>{actionData.mistake}</Notice>}
      {items.length === 0 ? (
        <Empty title="No session is deleted." action={{ to: '/sessions', words: 'To the sessions' }}>
          One that is deleted stands here for {undoDays} days.
        </Empty>
      ) : (
        <Table caption={`${plural(total, 'deleted session')}`} columns={columns}>
          {items.map((session) => (
            <tr key={session.slug} className="border-b border-line-1">
              <Cell>
                <span className="font-data text-data">{session.slug}</span>
                <span className="block break-words font-semibold">{session.title}</span>
                <span className="block text-data text-ink-2">
                  {session.daysLeft === 0 ? 'goes tonight' : `goes for good in ${plural(session.daysLeft, 'day')}`}
                </span>
              </Cell>
              <Cell wide>
                <StatusBadge sign={sessionSigns[session.status]} />
              </Cell>
              <Cell wide className="font-data text-data">
                {session.deletedAt !== null && (
                  <time dateTime={session.deletedAt.toISOString()}>{dateTime(session.deletedAt)}</time>
                )}
              </Cell>
              <Cell>
                {session.refusal === null ? (
                  <Form method="post">
                    <Button type="submit" name="slug" value={session.slug}>
                      Bring back<span className="sr-only"> {session.slug}</span>
                    </Button>
                  </Form>
                ) : (
                  <span className="text-data text-ink-2">{session.refusal}</span>
                )}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <Link to={`?cursor=${encodeURIComponent(nextCursor)}`} className="flex min-h-11 items-center px-4 underline">
          Earlier ones; {plural(total, 'session')} in all
        </Link>
      )}
    </>
  );
}
