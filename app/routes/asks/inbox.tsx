import { useState } from 'react';
import { data, Link, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { answerFrom, ruleFrom } from '../../ask-answer.ts';
import { askFilterFrom, inboxAddress } from '../../ask-filter.ts';
import { actorOf } from '../../auth.server.ts';
import { AskBatch } from '../../components/ask-batch.tsx';
import { AskFilters } from '../../components/ask-filters.tsx';
import { AskOpen } from '../../components/ask-open.tsx';
import { AskRow } from '../../components/ask-row.tsx';
import { AskRuleForm } from '../../components/ask-rule-form.tsx';
import { AskTabs } from '../../components/ask-tabs.tsx';
import { BatchFailures } from '../../components/batch-failures.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useHeldRows } from '../../hooks/use-held-rows.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/inbox.ts';
import { loadRule } from './rule-draft.server.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Asks');

const pageSize = 50;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { asks } = context.get(servicesContext);
  const actor = actorOf(context);
  const params = url.searchParams;
  if (params.get('show') === 'answered') throw redirect('/asks/answered');
  const from = Math.max(0, Math.min(1_000, Number.parseInt(params.get('from') ?? '0', 10) || 0));
  const inbox = await asks.inbox(actor, askFilterFrom(params), { offset: from, limit: pageSize });
  const items = inbox.items.map((ask) => ({
    id: ask.id,
    ask,
    refusal: refusal(actor, 'ask.answer', { teamId: actor.teamId, createdBy: ask.sessionCreatedBy }),
  }));
  return {
    ...{ items, from, search: url.search },
    ...{ total: inbox.total, passing: inbox.passing, beyond: inbox.beyond, facets: inbox.facets },
    chosen: params.get('ask'),
    rule: await loadRule(asks, actor, items, params),
    sent: Number.parseInt(params.get('sent') ?? '0', 10) || 0,
  };
});

/** What went wrong, of one ask or of several. */
interface Told {
  askId: string | null;
  message: string;
  failures: { title: string; message: string }[];
}

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, url, context } = args;
  const { asks } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const askId = String(form.get('askId') ?? '');
  const intent = form.get('intent');
  if (intent === 'rule') await requireProof(args, form, 'rule.create');
  try {
    if (intent === 'batch') {
      const results = await asks.answerMany(actor, { ids: form.getAll('ids').map(String), answer: answerFrom(form) });
      const failures = results.flatMap(({ title, sessionSlug, error }) =>
        error === null
          ? []
          : [{ title: [sessionSlug, title ?? 'Unknown ask'].filter(Boolean).join(' '), message: error }],
      );
      const answered = results.length - failures.length;
      if (failures.length === 0) return redirect(inboxAddress(url.search, { sent: String(answered) }));
      const message = `${plural(answered, 'ask')} answered, ${failures.length} not:`;
      return data({ told: { askId: null, message, failures } satisfies Told }, { status: answered > 0 ? 200 : 409 });
    }
    await asks.answer(actor, askId, intent === 'rule' ? ruleFrom(form, new Date()) : answerFrom(form));
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || !['CONFLICT', 'INVALID', 'FORBIDDEN', 'NOT_FOUND'].includes(known.code)) throw error;
    const told: Told = { askId: intent === 'batch' ? null : askId, message: sentenceOf(known), failures: [] };
    return data({ told }, { status: httpStatusOf(known.code) });
  }
  return redirect(inboxAddress(url.search, { sent: '1' }));
});

/** The words of the first field at fault, without the field's name: the page has its own. */
function sentenceOf({ details, message }: { details: unknown; message: string }): string {
  const [issue] = Array.isArray(details) ? details : [];
  return typeof issue?.message === 'string' ? issue.message : message;
}

export default function Inbox({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { items, total, passing, beyond, from, search, facets, rule, sent } = loaderData;
  const view = inboxAddress(search);
  const { rows, waiting, release } = useHeldRows(items, view);
  const [{ selected, questions }, setCounts] = useState({ selected: 0, questions: 0 });
  const told: Told | null = actionData?.told ?? null;
  const chosen = told?.askId ?? loaderData.chosen;
  const openId = chosen === null ? rows[0]?.id : chosen;
  const count = () =>
    setCounts({
      selected: document.querySelectorAll('[data-row-select]:checked').length,
      questions: document.querySelectorAll('[data-row-select=question]:checked').length,
    });
  const toggleAll = () => {
    for (const box of document.querySelectorAll<HTMLInputElement>('[data-row-select]:not(:disabled)'))
      box.checked = selected === 0;
    count();
  };
  return (
    <>
      <PageHeader
        title="Asks"
        note="What agents may not decide alone, the most costly wait first: age times the tasks that stand still, by the session’s priority."
      />
      <AskTabs
        on="waiting"
        aside={
          passing === total ? plural(total, 'ask') : `${passing.toLocaleString('en-US')} of ${plural(total, 'ask')}`
        }
      />
      {total > 0 && <AskFilters search={search} facets={facets} />}
      {sent > 0 && actionData === undefined && (
        <Notice>
          {sent === 1
            ? 'Sent. The agent gets the answer at once.'
            : `${sent} answers sent. The agents get them at once.`}
        </Notice>
      )}
      {told !== null && told.askId === null && <BatchFailures message={told.message} failures={told.failures} />}
      {beyond > 0 && (
        <p className="border-l-4 border-caution px-4 py-3">
          More wait than are judged at once: {beyond.toLocaleString('en-US')} younger ones come in as these are
          answered.
        </p>
      )}
      {waiting > 0 && (
        // Over the first row and without a height of its own, so that no row moves.
        <div className="sticky top-0 z-10 h-0">
          <button
            type="button"
            onClick={release}
            className="engraved min-h-11 w-full cursor-pointer bg-stream px-4 text-left text-data text-on-signal"
          >
            {waiting} new: show {waiting === 1 ? 'it' : 'them'}
          </button>
        </div>
      )}
      {total === 0 && (
        <Empty title="No agent waits for you." action={{ to: '/sessions', words: 'Look at the sessions' }}>
          A command outside what an agent may run, or a question, comes here at once; the NEEDS YOU tile lights.
        </Empty>
      )}
      {total > 0 && passing === 0 && (
        <Empty title="No ask passes these filters." action={{ to: '/asks', words: 'Show all that wait' }}>
          {plural(total, 'ask')} wait without them.
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <ol aria-label="Asks that wait" onChange={count} className="border-t-2 border-line-2">
            {rows.map(({ ask, refusal: refused }) => (
              <AskRow key={ask.id} ask={ask} search={search} open={ask.id === openId} refusal={refused}>
                <AskOpen
                  ask={ask}
                  search={search}
                  refusal={refused}
                  error={told?.askId === ask.id ? told.message : null}
                  rule={rule !== null && rule.askId === ask.id ? <AskRuleForm {...rule} search={search} /> : null}
                />
              </AskRow>
            ))}
          </ol>
          <Pages from={from} passing={passing} search={search} />
          {rows.some((row) => row.refusal === null) && (
            <AskBatch search={search} selected={selected} questions={questions} onAll={toggleAll} />
          )}
        </>
      )}
    </>
  );
}

function Pages({ from, passing, search }: { from: number; passing: number; search: string }) {
  const further = from + pageSize < passing;
  if (from === 0 && !further) return null;
  return (
    <nav aria-label="Pages" className="flex gap-6 px-4">
      {from > 0 && (
        <Link
          to={inboxAddress(search, { from: from <= pageSize ? null : String(from - pageSize) })}
          className="inline-flex min-h-11 items-center underline"
        >
          {pageSize} more urgent
        </Link>
      )}
      {further && (
        <Link
          to={inboxAddress(search, { from: String(from + pageSize) })}
          className="inline-flex min-h-11 items-center underline"
        >
          Next {Math.min(pageSize, passing - from - pageSize)}
        </Link>
      )}
    </nav>
  );
}
