import { useId, useState } from 'react';
import { useFetcher } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import { CommandForm, CommandSubmit, commandKey } from './command-bar-form.tsx';

const limit = 10_000;

interface PromptFormProps {
  action: string;
  consequence: string;
  tasks: readonly Task[];
}

/** Words for the agent at work. With several running tasks the person says which one they are for. */
export function PromptForm({ action, consequence, tasks }: PromptFormProps) {
  const id = useId();
  const { state, data } = useFetcher<{ done?: string }>({ key: commandKey });
  const [text, setText] = useState('');
  const [answered, setAnswered] = useState(data);
  // Taken: the draft has done its work. Refused: it stays, so that nothing typed is lost.
  if (state === 'idle' && data !== answered) {
    setAnswered(data);
    if (data?.done === 'prompt') setText('');
  }
  const running = tasks.filter((task) => task.status === 'in_progress');
  return (
    <details className="border-2 border-line-3">
      <summary className="engraved flex min-h-11 flex-col justify-center gap-0.5 px-4 py-2 text-data hover:bg-surface-3 desk:justify-start">
        Inject prompt …
        <span className="font-words text-data font-normal normal-case tracking-normal">{consequence}</span>
      </summary>
      <CommandForm action={action} intent="prompt">
        <div className="flex flex-col gap-2 p-3">
          <label htmlFor={`${id}-text`} className="flex items-baseline justify-between gap-3 text-body font-semibold">
            Words for the agent
            <span className="font-data text-micro font-normal text-ink-3">
              {text.trim().length.toLocaleString('en-US')} / {limit.toLocaleString('en-US')}
            </span>
          </label>
          <textarea
            id={`${id}-text`}
            name="text"
            required
            rows={4}
            maxLength={limit}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="control resize-y"
          />
          {running.length > 1 && (
            <>
              <label htmlFor={`${id}-task`} className="text-body font-semibold">
                For which running task
              </label>
              <select id={`${id}-task`} name="taskId" required className="control">
                {running.map((task) => (
                  <option key={task.id} value={task.id}>
                    {task.key}: {task.title}
                  </option>
                ))}
              </select>
            </>
          )}
          <CommandSubmit intent="prompt" label="Inject prompt" consequence={consequence} />
        </div>
      </CommandForm>
    </details>
  );
}
