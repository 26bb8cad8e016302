import { useComeback } from '../hooks/use-comeback.ts';
import { isNetworkFailure, problemIn } from '../problem.ts';
import { ProofPage } from './proof.tsx';
import { Failure } from './states.tsx';

/** In the place of a page, or of a part of one: what went wrong, or the question for a fresh proof. */
export function RouteFailure({ error, heading }: { error: unknown; heading: 'h1' | 'h2' }) {
  const problem = problemIn(error);
  useComeback(isNetworkFailure(error));
  return (
    <>
      <title>{`${problem.proof === undefined ? problem.code : 'Prove it is you'} · Control room`}</title>
      {problem.proof === undefined ? (
        <Failure problem={problem} heading={heading} />
      ) : (
        <ProofPage asked={problem.proof} />
      )}
    </>
  );
}
