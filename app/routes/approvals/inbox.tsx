import { Link } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { approvalActionWords, approvalSigns } from '../../approval-words.ts';
import { actorOf } from '../../auth.server.ts';
import { ApprovalCard } from '../../components/approval-card.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, plural, span } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/inbox.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Approvals');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const past = url.searchParams.get('show') === 'decided';
  const mayAsk = refusal(actor, 'budget.request') === null;
  const { lifeSeconds } = approvals;
  if (!past) return { past, mayAsk, lifeSeconds, ...(await approvals.inbox(actor)), nextCursor: null };
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const status = ['approved', 'rejected', 'expired', 'withdrawn'] as const;
  const page = await approvals.list(actor, { status }, { cursor, limit: 50 });
  return { past, mayAsk, lifeSeconds, ...page, plans: 0 };
});

const columns = [
  { words: 'Asked for' },
  { words: 'Decision' },
  { words: 'Asked by', wide: true },
  { words: 'Ended', wide: true, end: true },
];

/** What waits for a second person, the dearest first; and what was decided, the newest first. */
export default function Approvals({ loaderData }: Route.ComponentProps) {
  useRefresh();
  const { past, items, total, plans, mayAsk, nextCursor } = loaderData;
  return (
    <>
      <PageHeader
        title="Approvals"
        note={`What one person asks for and another has to agree to. Undecided, a request ends after ${span(loaderData.lifeSeconds)}.`}
      >
        {mayAsk && (
          <Link to="/approvals/new" className="inline-flex min-h-11 items-center underline">
            Ask for something of the team
          </Link>
        )}
      </PageHeader>
      <FilterTabs
        label="Which requests"
        tabs={[
          { to: '/approvals', words: 'Waiting', on: !past },
          { to: '/approvals?show=decided', words: 'Decided', on: past },
        ]}
        aside={plural(total, 'request')}
      />
      {plans > 0 && (
        <p className="border-l-4 border-waiting px-4 py-2">
          {plans === 1 ? 'A plan of a session waits' : `Plans of ${plans} sessions wait`} too:{' '}
          <Link to="/sessions?attention=approval" className="inline-flex min-h-11 items-center underline">
            decide on the session’s page
          </Link>
        </p>
      )}
      {items.length === 0 && (
        <Empty
          title={past ? 'Nothing was decided yet.' : 'Nothing waits for a second person.'}
          action={
            past ? { to: '/approvals', words: 'Waiting requests' } : { to: '/sessions', words: 'Look at the sessions' }
          }
        >
          {past
            ? 'Requests stay here with who asked, who decided, and why.'
            : 'Whoever wants a session counted as completed although it is not asks on its page, under Commands: Force complete. The request comes here at once and the APPROVAL tile lights for admins.'}
        </Empty>
      )}
      {!past && items.length > 0 && (
        <ol className="grid content-start gap-4 p-3 lg:p-4 xl:grid-cols-2">
          {items.map((approval) => (
            <li key={approval.id} className="min-w-0">
              <ApprovalCard approval={approval} />
            </li>
          ))}
        </ol>
      )}
      {past && items.length > 0 && (
        <Table caption="Requests that are decided, newest first" columns={columns}>
          {items.map((approval) => (
            <tr key={approval.id} className="border-b border-line-1">
              <th scope="row" className="px-3 py-2 text-left align-top font-normal lg:px-4">
                <Link to={`/approvals/${approval.id}`} className="inline-flex min-h-11 items-center gap-2 underline">
                  <span className="font-data text-data font-bold">{approval.slug}</span>
                  {approvalActionWords[approval.action].name}
                </Link>
                <span className="block break-words text-ink-2">{approval.reason}</span>
              </th>
              <Cell>
                <StatusBadge sign={approvalSigns[approval.status]} />
                <span className="mt-1 block break-words text-data text-ink-2">
                  {approval.decidedByName !== null && `${approval.decidedByName}: `}
                  {approval.note ?? approvalSigns[approval.status].meaning}
                </span>
              </Cell>
              <Cell wide>{approval.requestedByName ?? 'somebody'}</Cell>
              <Cell wide end className="whitespace-nowrap font-data text-data">
                {dateTime(approval.decidedAt ?? approval.createdAt)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <Link
          to={`?show=decided&cursor=${encodeURIComponent(nextCursor)}`}
          className="flex min-h-11 items-center px-4 underline"
        >
          Next 50
        </Link>
      )}
    </>
  );
}
