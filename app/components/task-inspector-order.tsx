import type { ReactNode } from 'react';
import { Form, useFetcher } from 'react-router';
import { commandKey } from './command-bar-form.tsx';
import type { TaskIntent } from './task-intents.ts';
import { Bar } from './ui/button.tsx';

interface TaskOrderFormProps {
  action: string;
  taskId: string;
  intent: TaskIntent;
  label: string;
  /** With fields of its own: unfolds before it can be sent. */
  folded?: boolean;
  /** Its fields when it is folded, else its consequence in words. */
  children: ReactNode;
}

/** An order about one task: with scripts the page stays where it is, without them it is an ordinary post. */
export function TaskOrderForm({ action, taskId, intent, label, folded = false, children }: TaskOrderFormProps) {
  const { state, formData } = useFetcher({ key: commandKey });
  const pending = state === 'submitting' && formData?.get('intent') === intent ? `${label}: ordered` : null;
  const form = (
    <Form method="post" action={action} navigate={false} fetcherKey={commandKey} className="flex flex-col gap-2">
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="taskId" value={taskId} />
      {folded && children}
      <Bar label={label} weight="plain" consequence={folded ? '' : children} pending={pending} stacked />
    </Form>
  );
  if (!folded) return form;
  return (
    <details className="border-2 border-line-3">
      <summary className="engraved flex min-h-11 items-center px-4 text-data hover:bg-surface-3">{label} …</summary>
      <div className="p-3">{form}</div>
    </details>
  );
}

/** One of a list, as a field of an order. */
export function TaskOrderSelect({ label, name, children }: { label: string; name: string; children: ReactNode }) {
  return (
    <label className="flex flex-col gap-1">
      <span className="font-semibold">{label}</span>
      <select name={name} required className="control">
        {children}
      </select>
    </label>
  );
}
