import { type ReactNode, useId, useRef } from 'react';
import { Link, useFetcher } from 'react-router';
import type { Review } from '../../server/domain/review.ts';
import { isActive, isExecuting } from '../../server/domain/session.ts';
import { plural } from '../format.ts';
import type { LiveSession } from '../live.ts';
import type { ReviewAnswer } from '../review-answer.ts';
import { Age } from './age.tsx';
import { useTaken } from './comment-form.tsx';
import { Glyph } from './glyph.tsx';
import { ReviewProblem } from './review-problem.tsx';
import { decisionForm, useReviewRoom } from './review-room.ts';
import { Bar } from './ui/button.tsx';

interface DecisionProps {
  session: LiveSession;
  reviews: readonly Review[];
  /** The head of what is shown. */
  head: string;
  openThreads: number;
  /** Why this person orders nothing in this session; null when they may. */
  commandRefusal: string | null;
  kept?: Readonly<Record<string, string>> | undefined;
}

/** The word about a change: taken as it is, or sent back with the chosen comments. */
export function ReviewDecision({ session, reviews, head, openThreads, commandRefusal, kept }: DecisionProps) {
  const id = useId();
  const { action, refusal, taskId } = useReviewRoom();
  const fetcher = useFetcher<ReviewAnswer>({ key: decisionForm });
  const form = useRef<HTMLFormElement>(null);
  useTaken(fetcher.data, () => form.current?.reset());
  const busy = fetcher.state === 'submitting' ? String(fetcher.formData?.get('intent')) : null;
  const pending = (intent: string) => (busy === null ? null : busy === intent ? 'Sending' : labels[intent]) ?? null;
  const active = isActive(session.status);
  const latest = reviews.find((review) => review.head === session.headCommit) ?? null;
  return (
    <fetcher.Form ref={form} id={decisionForm} method="post" action={action} className="flex flex-col gap-3 p-3 lg:p-4">
      <input type="hidden" name="head" value={head} />
      {taskId !== null && <input type="hidden" name="taskId" value={taskId} />}
      <p>
        {openThreads === 0
          ? 'No thread is open. '
          : `${plural(openThreads, 'thread is', 'threads are')} open; the marked ones go along when the change is sent back. `}
        {sentence(session)}
      </p>
      <label htmlFor={id} className="text-body font-semibold">
        In a word (for the record, and for the agent when it is sent back)
      </label>
      <textarea
        id={id}
        name="note"
        rows={2}
        maxLength={2_000}
        defaultValue={kept?.note}
        className="control max-w-3xl resize-y"
      />
      <ReviewProblem answer={fetcher.data} />
      {active && (
        <Bar
          name="intent"
          value="send"
          label={labels.send ?? ''}
          consequence="The marked comments reach the agent as one prompt; nothing else changes."
          refusal={commandRefusal}
          pending={pending('send')}
        />
      )}
      <Bar
        name="intent"
        value="accept"
        label={labels.accept ?? ''}
        consequence="Your name stands under the change as it is now; a later change needs a word of its own."
        refusal={refusal ?? acceptRefusal(session, latest)}
        pending={pending('accept')}
        weight={active ? 'plain' : 'weighty'}
      />
      <Bar
        name="intent"
        value="request_changes"
        label={labels.request_changes ?? ''}
        consequence={reopening(session)}
        refusal={refusal ?? (active || session.recoverable ? commandRefusal : null)}
        pending={pending('request_changes')}
        weight="plain"
      />
    </fetcher.Form>
  );
}

const labels: Record<string, string> = {
  send: 'Send to the agent',
  accept: 'Accept the change',
  request_changes: 'Ask for changes',
};

function sentence(session: LiveSession): string {
  if (isExecuting(session.status)) return 'The session is still at work.';
  return isActive(session.status) ? 'The session can still go on.' : 'The session is over.';
}

function acceptRefusal(session: LiveSession, latest: Review | null): string | null {
  if (isExecuting(session.status))
    return 'The change still grows; it can be accepted once the session is paused or over.';
  return latest?.decision === 'accepted' ? `${latest.author.name} has accepted it as it stands.` : null;
}

/** What asking for changes sets off in each state. */
function reopening(session: LiveSession): string {
  if (isActive(session.status))
    return 'The note and the marked comments are injected as a prompt, and the change waits for a new one.';
  if (session.recoverable) return 'The session is retried, with the note and the marked comments as a prompt.';
  return `A session under ${session.slug} goes on from this work, with the note and the marked comments as its goal.`;
}

/** What stands about the change as it is now, in one line; and what became of the last order. */
export function ReviewStanding({ session, reviews }: { session: LiveSession; reviews: readonly Review[] }) {
  const latest = reviews.find((review) => review.head === session.headCommit) ?? null;
  const earlier = reviews.length - (latest === null ? 0 : 1);
  if (latest === null)
    return (
      <Standing glyph="ring">
        {earlier > 0
          ? 'Changed since it was last judged; nobody has said a word about it yet.'
          : 'Nobody has judged it yet.'}
      </Standing>
    );
  const accepted = latest.decision === 'accepted';
  return (
    <Standing glyph={accepted ? 'check' : 'arrow'} tone={accepted ? '' : 'text-waiting'}>
      <b>{accepted ? 'ACCEPTED' : 'CHANGES ASKED FOR'}</b> by {latest.author.name}, <Age since={latest.createdAt} /> ago
      {latest.note !== '' && <> (“{latest.note}”)</>}
      {latest.followUpSlug !== null && (
        <>
          {' '}
          in{' '}
          <Link to={`/sessions/${latest.followUpSlug}`} className="inline-flex min-h-11 items-center underline">
            {latest.followUpSlug}
          </Link>
        </>
      )}
    </Standing>
  );
}

function Standing({
  glyph,
  tone = '',
  children,
}: {
  glyph: 'ring' | 'check' | 'arrow';
  tone?: string;
  children: ReactNode;
}) {
  return (
    <p className={`flex items-center gap-2 break-words text-data ${tone}`}>
      <Glyph name={glyph} />
      <span>{children}</span>
    </p>
  );
}
