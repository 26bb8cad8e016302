import { data, Link, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { answerFrom } from '../../ask-answer.ts';
import { actorOf } from '../../auth.server.ts';
import { AskCard } from '../../components/ask-card.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { askSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/inbox.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Asks');

const waiting = ['open', 'escalated'] as const;
const over = ['answered', 'expired', 'superseded'] as const;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { asks } = context.get(servicesContext);
  const actor = actorOf(context);
  const past = url.searchParams.get('show') === 'answered';
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await asks.list(actor, { status: past ? over : waiting }, { cursor, limit: 50 });
  // Whoever waited longest comes first; among the answered ones the latest is the one looked for.
  const order = past ? -1 : 1;
  const items = page.items
    .toSorted((a, b) => order * (a.openedAt.getTime() - b.openedAt.getTime()))
    .map((ask) => ({
      ask,
      refusal: refusal(actor, 'ask.answer', { teamId: actor.teamId, createdBy: ask.sessionCreatedBy }),
    }));
  return { past, items, total: page.total, nextCursor: page.nextCursor, answered: url.searchParams.has('sent') };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  try {
    await context.get(servicesContext).asks.answer(actorOf(context), String(form.get('askId') ?? ''), answerFrom(form));
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || !['CONFLICT', 'INVALID', 'FORBIDDEN', 'NOT_FOUND'].includes(known.code)) throw error;
    return data({ error: { message: known.message } }, { status: known.code === 'INVALID' ? 422 : 409 });
  }
  return redirect('/asks?sent');
});

const columns = [
  { words: 'Asked' },
  { words: 'State' },
  { words: 'Session', wide: true },
  { words: 'Opened', wide: true, end: true },
];

export default function Inbox({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { past, items, total } = loaderData;
  return (
    <>
      <PageHeader
        title="Asks"
        note="What agents may not decide alone. Unanswered, an ask counts as no and its session is paused."
      />
      <FilterTabs
        label="Which asks"
        tabs={[
          { to: '/asks', words: 'Waiting', on: !past },
          { to: '/asks?show=answered', words: 'Answered', on: past },
        ]}
        aside={plural(total, 'ask')}
      />
      {loaderData.answered && actionData === undefined && <Notice>Sent. The agent gets the answer at once.</Notice>}
      {actionData?.error !== undefined && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.error.message}
        </p>
      )}
      {items.length === 0 && (
        <Empty
          title={past ? 'No ask was answered yet.' : 'No agent waits for you.'}
          action={past ? { to: '/asks', words: 'Waiting asks' } : { to: '/sessions', words: 'Look at the sessions' }}
        >
          {past
            ? 'Answers stay here, with who gave them.'
            : 'A command outside what an agent may run, or a question, comes here at once; the NEEDS YOU tile lights.'}
        </Empty>
      )}
      {!past && items.length > 0 && (
        <ol className="grid content-start gap-4 p-3 lg:p-4 xl:grid-cols-2">
          {items.map(({ ask, refusal: refused }) => (
            <li data-row key={ask.id} className="min-w-0">
              <h2 className="flex flex-wrap items-baseline gap-x-3 bg-surface-2 px-3 lg:px-4">
                <Link
                  to={`/sessions/${ask.sessionSlug}`}
                  className="flex min-h-11 min-w-0 items-center gap-2 underline"
                >
                  <span className="font-data text-data font-bold">{ask.sessionSlug}</span>
                  <span className="truncate">{ask.sessionTitle}</span>
                </Link>
                <span className="text-data text-ink-2">{ask.taskTitle}</span>
              </h2>
              <AskCard ask={ask} task={undefined} action="/asks" refusal={refused} />
            </li>
          ))}
        </ol>
      )}
      {past && items.length > 0 && (
        <Table caption="Asks that are over" columns={columns}>
          {items.map(({ ask }) => (
            <tr data-row key={ask.id} className="border-b border-line-1">
              <Cell>
                <span className="block break-words font-semibold">{ask.question ?? ask.title}</span>
                {ask.command !== null && <code className="break-all text-ink-2">{ask.command}</code>}
              </Cell>
              <Cell>
                <StatusBadge sign={askSigns[ask.status]} />
                <span className="mt-1 block break-words text-data text-ink-2">{answerWords(ask.answer)}</span>
              </Cell>
              <Cell wide>
                <Link
                  to={`/sessions/${ask.sessionSlug}`}
                  className="inline-flex min-h-11 items-center font-data text-data underline"
                >
                  {ask.sessionSlug}
                </Link>
                <span className="block text-data text-ink-2">{ask.taskTitle}</span>
              </Cell>
              <Cell wide end className="whitespace-nowrap font-data text-data">
                {dateTime(ask.openedAt)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {loaderData.nextCursor !== null && (
        <Link
          to={`?${past ? 'show=answered&' : ''}cursor=${encodeURIComponent(loaderData.nextCursor)}`}
          className="flex min-h-11 items-center px-4 underline"
        >
          Next 50
        </Link>
      )}
    </>
  );
}

type Answer = Route.ComponentProps['loaderData']['items'][number]['ask']['answer'];

function answerWords(answer: Answer): string {
  if (answer === null) return 'No answer.';
  if ('answers' in answer) return answer.answers.join('; ');
  const words = {
    once: 'Allowed once.',
    session: 'Allowed in the session.',
    rule: 'Allowed by a rule.',
    reject: 'Rejected.',
  };
  return answer.message === undefined ? words[answer.decision] : `${words[answer.decision]} ${answer.message}`;
}
