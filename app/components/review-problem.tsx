import { remedies } from '../problem.ts';
import type { ReviewAnswer } from '../review-answer.ts';

/** Why an order on a change was refused, where it was given. */
export function ReviewProblem({ answer }: { answer: ReviewAnswer | undefined }) {
  const error = answer?.error;
  if (error === undefined) return null;
  const named = error.issues.map(({ message }) => message);
  return (
    <div role="alert" className="border-2 border-broken px-3 py-2 text-data">
      <b className="block font-data text-broken">{error.code}</b>
      {named.length > 0 ? named.join(' ') : error.message} <span className="text-ink-2">{remedies[error.code]}</span>
      {error.requestId !== null && (
        <span className="block select-all break-all font-data text-micro text-ink-3">request {error.requestId}</span>
      )}
    </div>
  );
}
