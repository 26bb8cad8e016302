import { Link } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { AskTabs } from '../../components/ask-tabs.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { askSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/answered.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Answered asks');

const over = ['answered', 'expired', 'superseded'] as const;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const cursor = url.searchParams.get('cursor') ?? undefined;
  return context.get(servicesContext).asks.list(actorOf(context), { status: over }, { cursor, limit: 50 });
});

const columns = [
  { words: 'Asked' },
  { words: 'What became of it' },
  { words: 'Session', wide: true },
  { words: 'Opened', wide: true, end: true },
];

export default function Answered({ loaderData }: Route.ComponentProps) {
  useRefresh();
  const { items, total, nextCursor } = loaderData;
  return (
    <>
      <PageHeader title="Answered asks" note="What was asked, what was answered, and by whom or by which rule." />
      <AskTabs on="answered" aside={plural(total, 'ask')} />
      {items.length === 0 && (
        <Empty title="No ask was answered yet." action={{ to: '/asks', words: 'Waiting asks' }}>
          Answers stay here, with who gave them.
        </Empty>
      )}
      {items.length > 0 && (
        <Table caption="Asks that are over" columns={columns}>
          {items.map((ask) => (
            <tr data-row key={ask.id} className="border-b border-line-1">
              <Cell>
                <span className="block break-words font-semibold">{ask.question ?? ask.title}</span>
                {ask.command !== null && <code className="break-all text-ink-2">{ask.command}</code>}
              </Cell>
              <Cell>
                <StatusBadge sign={askSigns[ask.status]} />
                <span className="mt-1 block break-words text-data text-ink-2">{answerWords(ask)}</span>
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
      {nextCursor !== null && (
        <Link
          to={`?cursor=${encodeURIComponent(nextCursor)}`}
          className="inline-flex min-h-11 items-center px-4 underline"
        >
          Next 50
        </Link>
      )}
    </>
  );
}

function answerWords({
  status,
  answer,
  answeredByName,
  ruleId,
}: Route.ComponentProps['loaderData']['items'][number]): string {
  if (answer === null) return status === 'expired' ? 'Nobody answered: it counted as no.' : 'No answer.';
  const by = answeredByName ?? (ruleId === null ? 'what was allowed in the session' : 'a rule');
  if ('answers' in answer) return `${by}: ${answer.answers.join('; ')}`;
  const words = {
    once: 'Allowed once',
    session: 'Allowed in the session',
    rule: 'Allowed always, by a rule',
    reject: 'Rejected',
  };
  const message = answer.message === undefined ? '' : ` ${answer.message}`;
  return `${words[answer.decision]} by ${by}.${message}`;
}
