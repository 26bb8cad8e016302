import { useId, useState } from 'react';
import { Form, useFetcher } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import { commandKey } from './command-bar-form.tsx';
import { ProofField } from './proof.tsx';
import { shortestReason, waiverText } from './task-orders.ts';
import { Bar } from './ui/button.tsx';

interface WaiveFormProps {
  task: Task;
  action: string;
  by: string;
}

/** A lead's word in place of a proof: what will stand in the audit log is read before it is signed. */
export function WaiveForm({ task, action, by }: WaiveFormProps) {
  const id = useId();
  const [reason, setReason] = useState('');
  const { state, data } = useFetcher<{ done?: string }>({ key: commandKey });
  const [answered, setAnswered] = useState(data);
  // Taken: the words have done their work. Refused: they stay.
  if (state === 'idle' && data !== answered) {
    setAnswered(data);
    if (data?.done === 'task_waive') setReason('');
  }
  const label = 'Waive the proof';
  const length = reason.trim().length;
  return (
    <details className="border-2 border-caution">
      <summary className="engraved flex min-h-11 items-center px-4 text-data hover:bg-surface-3">{label} …</summary>
      <Form method="post" action={action} navigate={false} fetcherKey={commandKey} className="flex flex-col gap-2 p-3">
        <input type="hidden" name="intent" value="task_waive" />
        <input type="hidden" name="taskId" value={task.id} />
        <label htmlFor={id} className="flex items-baseline justify-between gap-3 font-semibold">
          Why it is accepted without proof
          <span className="font-data text-micro font-normal text-ink-3">
            {length < shortestReason ? `${shortestReason - length} more characters` : `${length} characters`}
          </span>
        </label>
        <textarea
          id={id}
          name="reason"
          required
          minLength={shortestReason}
          maxLength={1_000}
          rows={3}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          className="control resize-y"
        />
        <p className="text-data text-ink-2">The audit log will hold, under your name and for good:</p>
        <p className="border-l-4 border-caution pl-3 font-data text-data">{waiverText(task, by)}</p>
        <ProofField />
        <Bar
          label={label}
          weight="broken"
          consequence={
            task.status === 'failed'
              ? 'Its last work lands on the branch as it is, without its commands; a session that has ended is retried for it.'
              : 'Its claim counts as accepted; the session stays unverified.'
          }
          stacked
        />
      </Form>
    </details>
  );
}
