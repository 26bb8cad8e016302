import clsx from 'clsx';
import { type ReactNode, useId, useRef } from 'react';
import { useFetcher } from 'react-router';
import { type Comment, placeWords, type Thread } from '../../server/domain/review.ts';
import { dateTime } from '../format.ts';
import type { ReviewAnswer } from '../review-answer.ts';
import { Age } from './age.tsx';
import { useTaken } from './comment-form.tsx';
import { Glyph } from './glyph.tsx';
import { ReviewProblem } from './review-problem.tsx';
import { decisionForm, useReviewRoom } from './review-room.ts';
import { Button } from './ui/button.tsx';

interface ThreadProps {
  thread: Thread;
  /** Named where the lines themselves are not beside it. */
  named?: boolean;
}

/** One thread: what was said, where it stands now, and what can be done about it. */
export function CommentThread({ thread, named = false }: ThreadProps) {
  const { refusal, sendable } = useReviewRoom();
  const { place, resolvedAt } = thread;
  const words = placeWords(thread.path, place.state === 'outdated' ? thread.range : place.range);
  const outdated = place.state === 'outdated';
  return (
    <article
      id={`comment-${thread.id}`}
      aria-label={`Thread on ${words}`}
      className={clsx(
        'scroll-mt-40 border-l-4 bg-surface-1 font-words',
        resolvedAt === null ? 'border-waiting' : 'border-line-2',
      )}
    >
      <details open={resolvedAt === null}>
        <summary className="flex min-h-11 flex-wrap items-center gap-x-3 px-3 text-data">
          <b>{thread.author.name}</b>
          <span className="text-ink-3">
            <Age since={thread.createdAt} /> ago
          </span>
          {(named || outdated || place.state === 'moved') && <span className="break-all font-data">{words}</span>}
          <States thread={thread} />
        </summary>
        <div className="flex flex-col gap-3 px-3 pb-3">
          {(named || outdated) && thread.excerpt.length > 0 && <Excerpt lines={thread.excerpt} />}
          <Said comment={thread} bare />
          {thread.replies.map((reply) => (
            <Said key={reply.id} comment={reply} />
          ))}
          {refusal === null && <Reply thread={thread} />}
          <div className="flex flex-wrap items-center gap-2">
            {refusal === null && <Settle thread={thread} />}
            {refusal === null && sendable && (
              <label className="flex min-h-11 cursor-pointer items-center gap-2 border border-line-3 px-3 text-data has-checked:border-2 has-checked:border-inverse">
                <input
                  type="checkbox"
                  name="commentIds"
                  value={thread.id}
                  form={decisionForm}
                  defaultChecked={resolvedAt === null && thread.sentAt === null}
                  className="size-5"
                />
                Goes to the agent
              </label>
            )}
          </div>
        </div>
      </details>
    </article>
  );
}

function States({ thread: { place, resolvedAt, resolvedBy, sentAt } }: { thread: Thread }) {
  return (
    <>
      {place.state === 'outdated' && (
        <State glyph="skip" tone="text-caution" title="The lines it speaks of are no longer part of the change.">
          OUTDATED
        </State>
      )}
      {place.state === 'moved' && (
        <State glyph="arrow" title="Its lines stand elsewhere in the file now.">
          MOVED
        </State>
      )}
      {sentAt !== null && (
        <State glyph="arrow" title={`Went to an agent ${dateTime(sentAt)}`}>
          SENT
        </State>
      )}
      {resolvedAt !== null && (
        <State glyph="check" title={`${resolvedBy?.name ?? 'Somebody'} resolved it ${dateTime(resolvedAt)}`}>
          RESOLVED
        </State>
      )}
    </>
  );
}

function State({
  glyph,
  tone = 'text-ink-2',
  title,
  children,
}: {
  glyph: 'skip' | 'arrow' | 'check';
  tone?: string;
  title: string;
  children: ReactNode;
}) {
  return (
    <span title={title} className={clsx('engraved inline-flex items-center gap-1 text-micro', tone)}>
      <Glyph name={glyph} size={12} /> {children}
    </span>
  );
}

/** The lines as they were when it was written. */
function Excerpt({ lines }: { lines: readonly string[] }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="The lines as they were"
      className="max-h-60 overflow-auto border border-line-1 bg-surface-0 p-2"
    >
      <pre className="text-micro">{lines.join('\n')}</pre>
    </section>
  );
}

function Said({ comment, bare = false }: { comment: Comment; bare?: boolean }) {
  return (
    <div className={bare ? '' : 'border-l-2 border-line-2 pl-3'}>
      {!bare && (
        <p className="text-data">
          <b>{comment.author.name}</b>{' '}
          <span className="text-ink-3">
            <Age since={comment.createdAt} /> ago
          </span>
        </p>
      )}
      <p className="max-w-prose whitespace-pre-wrap break-words text-body">{comment.body}</p>
    </div>
  );
}

function Reply({ thread }: { thread: Thread }) {
  const id = useId();
  const { action } = useReviewRoom();
  const fetcher = useFetcher<ReviewAnswer>();
  const form = useRef<HTMLFormElement>(null);
  useTaken(fetcher.data, () => form.current?.reset());
  return (
    <details>
      <summary className="inline-flex min-h-11 items-center text-data underline">Answer</summary>
      <fetcher.Form ref={form} method="post" action={action} className="flex flex-col gap-2">
        <input type="hidden" name="intent" value="reply" />
        <input type="hidden" name="commentId" value={thread.id} />
        <label htmlFor={id} className="text-data font-semibold">
          Answer in this thread
        </label>
        <textarea id={id} name="body" required rows={2} maxLength={5_000} className="control resize-y" />
        <ReviewProblem answer={fetcher.data} />
        <Button type="submit" disabled={fetcher.state === 'submitting'} className="self-start">
          {fetcher.state === 'submitting' ? 'Sending' : 'Answer'}
        </Button>
      </fetcher.Form>
    </details>
  );
}

function Settle({ thread }: { thread: Thread }) {
  const { action } = useReviewRoom();
  const fetcher = useFetcher<ReviewAnswer>();
  const open = thread.resolvedAt === null;
  const busy = fetcher.state === 'submitting';
  return (
    <fetcher.Form method="post" action={action} className="contents">
      <input type="hidden" name="intent" value={open ? 'resolve' : 'reopen'} />
      <input type="hidden" name="commentId" value={thread.id} />
      <Button type="submit" disabled={busy}>
        {open ? 'Resolve' : 'Open again'}
      </Button>
      <ReviewProblem answer={fetcher.data} />
    </fetcher.Form>
  );
}
