import { useId, useState } from 'react';
import { Form, useNavigation } from 'react-router';
import { plural } from '../format.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { Bar, Button } from './ui/button.tsx';

interface AskBatchProps {
  search: string;
  /** Boxes that are checked, and how many of them stand at questions, which nobody can allow. */
  selected: number;
  questions: number;
  onAll: () => void;
}

/** One answer to every ask selected in the list above; the boxes belong to this form wherever they stand. */
export function AskBatch({ search, selected, questions, onAll }: AskBatchProps) {
  const id = useId();
  const hydrated = useHydrated();
  const { state, formData } = useNavigation();
  const busy = state !== 'idle' && formData?.get('intent') === 'batch';
  const [message, setMessage] = useState('');
  // Without scripts nobody can count the boxes: then the server says that none was selected.
  const none = hydrated && selected === 0 ? 'Select asks in the list first.' : null;
  const asked = selected === 1 ? 'It is a question: it needs' : 'They are questions: each needs';
  const wanting = none ?? (questions > 0 && questions === selected ? `${asked} an answer of its own.` : null);
  const these = hydrated ? plural(selected - questions, 'ask') : 'the selected asks';
  const left =
    questions === 0 ? '' : ` ${questions === 1 ? '1 question waits' : `${questions} questions wait`} for an answer.`;
  return (
    <Form
      id="ask-batch"
      method="post"
      action={`/asks${search}`}
      preventScrollReset
      aria-label="Answer the selected asks"
      className="flex flex-col gap-2 border-t-4 border-line-3 bg-surface-1 p-3 lg:sticky lg:bottom-0 lg:flex-row lg:items-stretch lg:px-4"
    >
      <input type="hidden" name="intent" value="batch" />
      {hydrated && (
        <Button onClick={onAll} className="lg:w-36">
          {selected === 0 ? 'Select all' : 'Select none'}
        </Button>
      )}
      <div className="lg:flex-1">
        <Bar
          name="decision"
          value="once"
          label="Allow once"
          stacked
          consequence={`Allows ${these}, each this one time.${left}`}
          refusal={wanting}
          pending={busy ? 'Answering' : null}
          className="h-full"
        />
      </div>
      <div className="flex min-w-0 flex-col gap-1 lg:flex-1 lg:flex-row lg:items-stretch">
        <label htmlFor={id} className="sr-only">
          Why not, for all that are rejected
        </label>
        <input
          id={id}
          name="message"
          value={message}
          onChange={(event) => setMessage(event.target.value)}
          placeholder="Why not"
          maxLength={5_000}
          autoComplete="off"
          className="control min-w-0 flex-1"
        />
        <Button type="submit" name="decision" value="reject" weight="broken" disabled={none !== null || busy}>
          Reject {hydrated ? selected || '' : 'selected'}
        </Button>
      </div>
    </Form>
  );
}
