import { useEffect, useState } from 'react';
import { Link, useFetcher, useRevalidator, useSearchParams } from 'react-router';
import type { Actor } from '../../server/domain/actor.ts';
import { plural } from '../format.ts';
import type { LiveEvent } from '../live.ts';
import { type ReviewAnswer, reviewIntents, reviewOutcomes } from '../review-answer.ts';
import { ReviewProblem } from './review-problem.tsx';
import { decisionForm } from './review-room.ts';
import { Button } from './ui/button.tsx';

/** What others said or merged since this page was read: it waits, so that nothing moves under a reader. */
export function ReviewNews({ seen, events, actor }: { seen: number; events: readonly LiveEvent[]; actor: Actor }) {
  const { revalidate, state } = useRevalidator();
  const news = events.filter((event) => (event.seq ?? 0) > seen && isNews(event) && event.actor.id !== idOf(actor));
  if (news.length === 0) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 border-b-2 border-stream px-3 py-2 lg:px-4">
      {plural(news.length, 'change')} in the review or on the branch since you opened it.
      <Button onClick={() => void revalidate()} disabled={state === 'loading'}>
        Show
      </Button>
    </div>
  );
}

function isNews({ type, payload }: LiveEvent): boolean {
  if (type === 'session.updated') {
    const { changes } = payload;
    return typeof changes === 'object' && changes !== null && ('review' in changes || 'comment' in changes);
  }
  return type === 'comment.created' || type === 'merge.completed' || type === 'checkpoint.restored';
}

const idOf = (actor: Actor) => ('id' in actor ? actor.id : null);

const shownMs = 12_000;

/** What became of the last decision or merge; refusals of forms with scripts stand in those forms. */
export function ReviewOutcome({ given }: { given: ReviewAnswer | undefined }) {
  const [search] = useSearchParams();
  const decided = useFetcher<ReviewAnswer>({ key: decisionForm });
  const merged = useFetcher<ReviewAnswer>({ key: 'merge' });
  const [closed, setClosed] = useState<ReviewAnswer | null>(null);
  const told = search.get('done');
  const [before] = useState<ReviewAnswer>(() => {
    const done = reviewIntents.find((one) => one === told);
    return done === undefined ? {} : { done };
  });
  const answer = [merged.data, decided.data].find((one) => one?.done !== undefined) ?? before;
  useEffect(() => {
    if (answer.done === undefined) return;
    const timer = setTimeout(() => setClosed(answer), shownMs);
    return () => clearTimeout(timer);
  }, [answer]);
  if (given?.error !== undefined && decided.data === undefined) return <ReviewProblem answer={given} />;
  if (answer.done === undefined || answer === closed) return null;
  return (
    <p role="status" className="border-l-4 border-live bg-surface-1 px-4 py-3">
      {reviewOutcomes[answer.done]}{' '}
      {answer.followUp != null && (
        <Link to={`/sessions/${answer.followUp}`} className="inline-flex min-h-11 items-center underline">
          {answer.followUp} goes on from here
        </Link>
      )}
    </p>
  );
}
