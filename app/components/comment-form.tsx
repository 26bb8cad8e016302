import { useEffect, useId, useRef, useState } from 'react';
import { useFetcher } from 'react-router';
import { type LineRange, placeWords } from '../../server/domain/review.ts';
import type { ReviewAnswer } from '../review-answer.ts';
import { ReviewProblem } from './review-problem.tsx';
import { useReviewRoom } from './review-room.ts';
import { Button } from './ui/button.tsx';

interface CommentFormProps {
  path: string;
  range: LineRange | null;
  /** What was typed and refused, without scripts. */
  kept?: Readonly<Record<string, string>> | undefined;
  /** Lines may be named by hand: the way for whoever does not click on them. */
  naming?: boolean;
  /** The words are taken, or the person thought better of it. */
  onClose?: (() => void) | undefined;
}

/** Words about a file or some of its lines. A plain form; with scripts the page stays where it is. */
export function CommentForm({ path, range, kept, naming = false, onClose }: CommentFormProps) {
  const id = useId();
  const { action, taskId } = useReviewRoom();
  const fetcher = useFetcher<ReviewAnswer>();
  const form = useRef<HTMLFormElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const busy = fetcher.state === 'submitting';
  useTaken(fetcher.data, () => {
    form.current?.reset();
    onClose?.();
  });
  useEffect(() => {
    if (range !== null) area.current?.focus();
  }, [range]);
  return (
    <fetcher.Form
      ref={form}
      method="post"
      action={action}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && onClose !== undefined) onClose();
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}
      className="flex flex-col gap-2 border-l-4 border-line-3 bg-surface-1 p-3 font-words"
    >
      <input type="hidden" name="intent" value="comment" />
      <input type="hidden" name="path" value={path} />
      {taskId !== null && <input type="hidden" name="taskId" value={taskId} />}
      {range !== null && (
        <>
          <input type="hidden" name="side" value={range.side} />
          <input type="hidden" name="startLine" value={range.start} />
          <input type="hidden" name="endLine" value={range.end} />
        </>
      )}
      <label htmlFor={id} className="text-body font-semibold">
        {range === null ? `Comment on ${path}` : `Comment on ${placeWords(path, range)}`}
      </label>
      <textarea
        id={id}
        ref={area}
        name="body"
        required
        rows={3}
        maxLength={5_000}
        defaultValue={kept?.body}
        aria-keyshortcuts="Control+Enter Escape"
        className="control resize-y"
      />
      {naming && <Lines kept={kept} />}
      <ReviewProblem answer={fetcher.data} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" weight="weighty" disabled={busy}>
          {busy ? 'Sending' : 'Comment'}
        </Button>
        {onClose !== undefined && <Button onClick={onClose}>Discard</Button>}
      </div>
    </fetcher.Form>
  );
}

function Lines({ kept }: Pick<CommentFormProps, 'kept'>) {
  const id = useId();
  const field = (name: 'startLine' | 'endLine', words: string) => (
    <label htmlFor={`${id}-${name}`} className="flex flex-col gap-1 text-data">
      {words}
      <input
        id={`${id}-${name}`}
        name={name}
        inputMode="numeric"
        pattern="[0-9]*"
        defaultValue={kept?.[name]}
        className="control w-28!"
      />
    </label>
  );
  return (
    <fieldset className="flex flex-wrap items-end gap-3">
      <legend className="text-data text-ink-2">About some lines only (left empty: the whole file)</legend>
      <label htmlFor={`${id}-side`} className="flex flex-col gap-1 text-data">
        Lines of
        <select id={`${id}-side`} name="side" defaultValue={kept?.side ?? 'new'} className="control w-44!">
          <option value="new">the new side</option>
          <option value="old">the old side</option>
        </select>
      </label>
      {field('startLine', 'First line')}
      {field('endLine', 'Last line')}
    </fieldset>
  );
}

/** Calls back once for each answer that took the words. */
export function useTaken(data: ReviewAnswer | undefined, taken: () => void): void {
  const [seen, setSeen] = useState(data);
  const call = useRef(taken);
  call.current = taken;
  useEffect(() => {
    if (data === seen) return;
    setSeen(data);
    if (data?.done !== undefined) call.current();
  }, [data, seen]);
}
