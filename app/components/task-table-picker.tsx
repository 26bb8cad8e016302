import { Form, useSubmit } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import { Button } from './ui/button.tsx';

interface TaskPickerProps {
  tasks: readonly Task[];
  value: string | null;
  /** What is shown when no task is chosen. */
  all: string;
}

/** One task or the whole session; a plain form, so that the choice stands in the address. */
export function TaskPicker({ tasks, value, all }: TaskPickerProps) {
  const submit = useSubmit();
  return (
    <Form preventScrollReset className="flex min-w-0 flex-1 basis-full items-center gap-2 sm:max-w-md sm:basis-64">
      <label htmlFor="task-picker" className="engraved text-micro text-ink-3">
        Show
      </label>
      <select
        key={value}
        id="task-picker"
        name="task"
        defaultValue={value ?? ''}
        onChange={(event) => void submit(event.currentTarget.form, { preventScrollReset: true })}
        className="control min-w-0"
      >
        <option value="">{all}</option>
        {tasks.map((task) => (
          <option key={task.id} value={task.id}>
            {task.key}: {task.title}
          </option>
        ))}
      </select>
      <noscript>
        <Button type="submit">Show</Button>
      </noscript>
    </Form>
  );
}
