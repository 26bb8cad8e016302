import { type ReactNode, useId } from 'react';
import { Form, Link, useNavigation } from 'react-router';
import { inboxAddress } from '../ask-filter.ts';
import type { AskItem } from '../ask-item.ts';
import { dateTime, plural } from '../format.ts';
import { Answers } from './ask-card.tsx';
import { Reading } from './page.tsx';
import { Bar, Button } from './ui/button.tsx';

interface AskOpenProps {
  ask: AskItem;
  search: string;
  refusal: string | null;
  /** What went wrong with an answer to this ask. */
  error: string | null;
  /** The form of a rule, when it is asked for. */
  rule: ReactNode;
}

/** The whole of one ask with its answers; every answer is a form of its own, so that Enter never allows by accident. */
export function AskOpen({ ask, search, refusal, error, rule }: AskOpenProps) {
  const { state, formData } = useNavigation();
  const busy = state !== 'idle' && formData?.get('askId') === ask.id;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="flex min-w-0 flex-col gap-3">
        <h2 className="break-words text-lead font-semibold">{ask.question ?? ask.title}</h2>
        {ask.command !== null && (
          <pre className="overflow-x-auto whitespace-pre-wrap break-words border border-line-3 bg-surface-0 p-3">
            <code>{ask.command}</code>
          </pre>
        )}
        {ask.paths.length > 0 && (
          <ul aria-label="Paths" className="font-data text-data">
            {ask.paths.map((path) => (
              <li key={path} className="break-all">
                {path}
              </li>
            ))}
          </ul>
        )}
        <dl className="grid grid-cols-2 divide-line-1 border border-line-1 sm:grid-cols-3">
          <Reading name="Agent">
            {ask.agentName}
            {ask.subAgent ? ', a sub-agent of it' : ''}
          </Reading>
          <Reading name="Runtime">{ask.runtimeName}</Reading>
          <Reading name="Repository">{ask.repositoryName}</Reading>
          <Reading name="Asked">{dateTime(ask.openedAt)}</Reading>
          <Reading name={ask.status === 'escalated' ? 'Escalated to leads' : 'Goes to leads'}>
            {dateTime(ask.escalatesAt)}
          </Reading>
          <Reading name="Counts as no">{dateTime(ask.expiresAt)}</Reading>
        </dl>
        <p className="text-data text-ink-2">
          {ask.heldUp === 0
            ? 'No other task waits for this one.'
            : `${plural(ask.heldUp, 'task')} cannot begin before this one has ended.`}{' '}
          Unanswered it counts as no, and the session is paused.
        </p>
        <Link to={`/sessions/${ask.sessionSlug}`} className="inline-flex min-h-11 items-center self-start underline">
          Open {ask.sessionSlug}
        </Link>
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        {error !== null && (
          <p role="alert" className="border-l-4 border-broken-rule pl-3 text-broken">
            {error}
          </p>
        )}
        {refusal !== null && <p className="border-l-4 border-line-3 pl-3 text-ink-2">{refusal}</p>}
        {refusal === null && ask.kind === 'question' && (
          <AnswerForm ask={ask} search={search}>
            <Answers ask={ask} busy={busy} />
          </AnswerForm>
        )}
        {refusal === null && ask.kind === 'permission' && (
          <>
            <AnswerForm ask={ask} search={search}>
              <Bar
                name="decision"
                value="once"
                label="Allow once"
                stacked
                consequence="The agent goes on with this one call."
                pending={busy ? 'Answering' : null}
              />
            </AnswerForm>
            <AnswerForm ask={ask} search={search}>
              <Bar
                name="decision"
                value="session"
                weight="plain"
                label="Allow in this session"
                stacked
                consequence={`Covers the same again in ${ask.sessionSlug}: ${ask.patterns.join(', ') || 'nothing else, since it names no pattern'}.`}
                pending={busy ? 'Answering' : null}
              />
            </AnswerForm>
            {rule ?? (
              <Link
                to={inboxAddress(search, { ask: ask.id, rule: 'look' })}
                preventScrollReset
                className="inline-flex min-h-11 items-center border-2 border-line-3 px-4 underline hover:bg-surface-3"
              >
                Always, by a rule
              </Link>
            )}
          </>
        )}
        {refusal === null && (
          <AnswerForm ask={ask} search={search}>
            <Reject busy={busy} />
          </AnswerForm>
        )}
      </div>
    </div>
  );
}

function AnswerForm({ ask, search, children }: { ask: AskItem; search: string; children: ReactNode }) {
  return (
    <Form method="post" action={`/asks${search}`} preventScrollReset className="flex flex-col gap-3">
      <input type="hidden" name="intent" value="answer" />
      <input type="hidden" name="askId" value={ask.id} />
      {children}
    </Form>
  );
}

function Reject({ busy }: { busy: boolean }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2 border-t border-line-1 pt-3">
      <label htmlFor={id} className="text-data text-ink-2">
        Why not (the agent reads it; empty, it is told to go on without)
      </label>
      <input id={id} name="message" maxLength={5_000} autoComplete="off" className="control" />
      <Button type="submit" name="decision" value="reject" weight="broken" disabled={busy}>
        Reject
      </Button>
    </div>
  );
}
