import { type ReactNode, useId } from 'react';
import { Form, Link, useFetcher } from 'react-router';
import type { Ask } from '../../server/domain/ask.ts';
import type { Task } from '../../server/domain/task.ts';
import { askSigns } from '../status.ts';
import { Age, Countdown } from './age.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Button } from './ui/button.tsx';

interface AskCardProps {
  ask: Ask;
  task: Task | undefined;
  /** Where the answer is posted. */
  action: string;
  /** Why this person may not answer; null when they may. */
  refusal: string | null;
}

/** One thing an agent waits for: what exactly, since when, until when, and the answers that can be given. */
export function AskCard({ ask, task, action, refusal }: AskCardProps) {
  const { state, data } = useFetcher<{ error?: { message: string } }>({ key: `ask-${ask.id}` });
  const heading = useId();
  const busy = state !== 'idle';
  return (
    <article aria-labelledby={heading} className="border-4 border-waiting bg-surface-1">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 bg-waiting px-3 py-2 text-on-signal">
        <h2 id={heading} className="engraved text-body font-bold">
          {ask.kind === 'permission' ? 'Asks permission' : 'Asks a question'}
        </h2>
        <p className="font-data text-data">
          {task === undefined ? '' : `task ${task.key} · `}waits <Age since={ask.openedAt} /> · counts as no in{' '}
          <Countdown to={ask.expiresAt} past="a moment" />
        </p>
        {ask.status === 'escalated' && (
          <span className="bg-surface-0">
            <StatusBadge sign={askSigns.escalated} />
          </span>
        )}
      </header>
      <div className="flex flex-col gap-3 p-3">
        <p className="break-words text-lead font-semibold">{ask.question ?? ask.title}</p>
        {ask.command !== null && (
          <pre className="overflow-x-auto whitespace-pre-wrap break-words border border-line-3 bg-surface-0 p-3">
            <code>{ask.command}</code>
          </pre>
        )}
        {ask.paths.length > 0 && (
          <ul className="font-data text-data">
            {ask.paths.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        )}
        {data?.error !== undefined && (
          <p role="alert" className="border-l-4 border-broken-rule pl-3 text-broken">
            {data.error.message}
          </p>
        )}
        {refusal !== null ? (
          <p className="text-ink-2">{refusal}</p>
        ) : (
          <>
            <AnswerForm ask={ask} action={action}>
              {ask.kind === 'permission' ? <Decisions ask={ask} busy={busy} /> : <Answers ask={ask} busy={busy} />}
            </AnswerForm>
            {/* A form of its own: Enter in the reason must never press "Allow". */}
            <AnswerForm ask={ask} action={action}>
              <Reject busy={busy} />
            </AnswerForm>
          </>
        )}
      </div>
    </article>
  );
}

function AnswerForm({ ask, action, children }: { ask: Ask; action: string; children: ReactNode }) {
  return (
    <Form method="post" action={action} navigate={false} fetcherKey={`ask-${ask.id}`} className="flex flex-col gap-3">
      <input type="hidden" name="intent" value="answer" />
      <input type="hidden" name="askId" value={ask.id} />
      {children}
    </Form>
  );
}

function Decisions({ ask, busy }: { ask: Ask; busy: boolean }) {
  const scope = ask.patterns.length > 0 ? ask.patterns.join(', ') : 'the same again';
  return (
    <>
      <div className="grid gap-2">
        <Button type="submit" name="decision" value="once" weight="weighty" disabled={busy}>
          {busy ? 'Answering' : 'Allow once'}
        </Button>
        <Button type="submit" name="decision" value="session" disabled={busy} title={`Covers: ${scope}`}>
          Allow in this session
        </Button>
      </div>
      <p className="text-data text-ink-2">
        In this session covers <code>{scope}</code>.
      </p>
      <Link to={`/asks?ask=${ask.id}&rule=look`} className="inline-flex min-h-11 items-center self-start underline">
        Always, by a rule
      </Link>
    </>
  );
}

export function Answers({ ask, busy }: { ask: Pick<Ask, 'options'>; busy: boolean }) {
  const id = useId();
  return (
    <>
      {ask.options.length > 0 && (
        <fieldset className="flex flex-col gap-2">
          <legend className="pb-1 font-semibold">Choose, or write below</legend>
          {ask.options.map((option) => (
            <label
              key={option}
              className="flex min-h-11 cursor-pointer items-center gap-3 border border-line-3 px-3 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-3"
            >
              <input type="radio" name="option" value={option} className="size-5" />
              {option}
            </label>
          ))}
        </fieldset>
      )}
      <label htmlFor={id} className="font-semibold">
        {ask.options.length > 0 ? 'Another answer' : 'Answer'}
      </label>
      <textarea
        id={id}
        name="text"
        rows={2}
        maxLength={10_000}
        required={ask.options.length === 0}
        className="control resize-y"
      />
      <Button type="submit" name="decision" value="answer" weight="weighty" disabled={busy}>
        {busy ? 'Answering' : 'Send the answer'}
      </Button>
    </>
  );
}

/** A no with a word of why; without one the agent is told to go on without it. */
function Reject({ busy }: { busy: boolean }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2 border-t border-line-1 pt-3">
      <div>
        <label htmlFor={id} className="text-data text-ink-2">
          Why not (the agent reads it; may stay empty)
        </label>
        <input id={id} name="message" maxLength={5_000} autoComplete="off" className="control" />
      </div>
      <Button type="submit" name="decision" value="reject" weight="broken" disabled={busy}>
        Reject
      </Button>
    </div>
  );
}
