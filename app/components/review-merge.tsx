import { useState } from 'react';
import { useFetcher } from 'react-router';

import type { Merge } from '../../server/domain/review.ts';
import { dateTime, plural } from '../format.ts';
import type { MergeView, ReviewAnswer } from '../review-answer.ts';
import { Age } from './age.tsx';
import { ProofField } from './proof.tsx';
import { ReviewProblem } from './review-problem.tsx';
import { useReviewRoom } from './review-room.ts';
import { Bar } from './ui/button.tsx';

interface MergeProps {
  view: MergeView;
  merges: readonly Merge[];
  branch: string | null;
  head: string;
}

/** The way of the branch into its base: what it would be, the order for it, and what was merged so far. */
export function ReviewMerge({ view, merges, branch, head }: MergeProps) {
  const { action, refusal } = useReviewRoom();
  const fetcher = useFetcher<ReviewAnswer>({ key: 'merge' });
  const [commit, setCommit] = useState(false);
  const { preview } = view;
  const target = preview?.target ?? 'its base';
  return (
    <>
      {merges.map((merge) => (
        <Merged key={merge.id} merge={merge} />
      ))}
      <fetcher.Form method="post" action={action} className="flex flex-col gap-3 p-3 lg:p-4">
        <input type="hidden" name="intent" value="merge" />
        <input type="hidden" name="head" value={head} />
        {preview !== null && view.refusal === null && (
          <>
            <p>{told(view, commit)}</p>
            <Option
              name="mergeCommit"
              label="Always make a merge commit"
              hint="Also where the base could simply move on."
              onChange={setCommit}
            />
            <Option
              name="deleteBranch"
              label={`Delete ${branch ?? 'the branch'} afterwards`}
              hint="Its commits stay: they are part of the base then."
            />
          </>
        )}
        {view.refusal === null && refusal === null && <ProofField />}
        <ReviewProblem answer={fetcher.data} />
        <Bar
          label={`Merge into ${target}`}
          consequence={
            view.remote
              ? 'The result is pushed to the remote, with the credentials of this machine. Audited under your name.'
              : 'The branch of the repository itself moves, and a clean folder that has it checked out follows. Audited under your name.'
          }
          refusal={refusal ?? view.refusal}
          pending={fetcher.state === 'submitting' ? 'Merging' : null}
        />
      </fetcher.Form>
    </>
  );
}

function told({ preview, remote }: MergeView, commit: boolean): string {
  if (preview === null) return '';
  const { outcome, commits, target, before } = preview;
  const at = before.slice(0, 10);
  if (outcome === 'already_there')
    return `${target} (${at}) holds all of it already: the merge would only be recorded.`;
  const how =
    outcome === 'fast_forward' && !commit
      ? `${target} has not moved: it goes straight on from ${at}`
      : `A merge commit joins ${plural(commits, 'commit')} onto ${target} at ${at}`;
  const by = outcome === 'fast_forward' && !commit ? ` by ${plural(commits, 'commit')}` : '';
  const asked = remote ? ' As of the last fetch; the remote is asked when you merge.' : '';
  return `${how}${by}. To undo it later: git reset --hard ${at} on ${target}.${asked}`;
}

function Merged({ merge }: { merge: Merge }) {
  const { target, way, before, after, pushed, branchDeleted, warning, author, createdAt } = merge;
  const words = {
    fast_forward: `${target} went straight on`,
    merge_commit: `A merge commit went onto ${target}`,
    already_there: `${target} held it already`,
  }[way];
  return (
    <div className="border-b border-line-1 px-3 py-3 lg:px-4">
      <p>
        <b>MERGED</b> by {author.name}, <Age since={createdAt} /> ago ({dateTime(createdAt)}). {words}
        {pushed && ', and was pushed to the remote'}
        {branchDeleted && '; the session’s branch was deleted'}.
      </p>
      <p className="break-all font-data text-data text-ink-2">
        {target}: <span className="select-all">{before.slice(0, 12)}</span> →{' '}
        <span className="select-all">{after.slice(0, 12)}</span>
        {before !== after && (
          <>
            {' '}
            · undo: <code className="select-all">git reset --hard {before.slice(0, 12)}</code>
          </>
        )}
      </p>
      {warning !== null && <p className="border-l-4 border-caution pl-3 text-caution">{warning}</p>}
    </div>
  );
}

function Option({
  name,
  label,
  hint,
  onChange,
}: {
  name: string;
  label: string;
  hint: string;
  onChange?: (on: boolean) => void;
}) {
  return (
    <label className="flex min-h-11 max-w-3xl cursor-pointer items-start gap-3 border border-line-3 px-3 py-2.5 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2">
      <input
        type="checkbox"
        name={name}
        onChange={(event) => onChange?.(event.target.checked)}
        className="mt-0.5 size-5 shrink-0"
      />
      <span>
        <span className="font-semibold">{label}</span>
        <span className="block text-data text-ink-2">{hint}</span>
      </span>
    </label>
  );
}
