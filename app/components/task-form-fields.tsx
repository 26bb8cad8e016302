import { capabilities } from '../../server/domain/agent.ts';
import { type Task, taskPriorities } from '../../server/domain/task.ts';
import { taskLabels, whole } from './task-form.ts';
import { CheckField, FieldErrors, type FormField, SelectField, TextAreaField, TextField } from './ui/field.tsx';

type Name =
  | 'title'
  | 'description'
  | 'capabilities'
  | 'technologies'
  | 'priority'
  | 'writes'
  | 'verification'
  | 'optional';

interface TaskFieldsProps {
  fields: Readonly<Record<Name, FormField>>;
  hours: Readonly<Record<'likely' | 'optimistic' | 'pessimistic', FormField>>;
}

/** What is said of a task, new or changed. */
export function TaskFields({ fields, hours }: TaskFieldsProps) {
  return (
    <>
      <TextField
        field={fields.title}
        label={taskLabels.title}
        hint="Begins with what is done: implement, fix, test, review …"
        maxLength={200}
        required
      />
      <TextAreaField field={fields.description} label={taskLabels.description} counter={5_000} rows={5} />
      <div className="grid gap-4 sm:grid-cols-3">
        <Hours field={hours.likely} label={taskLabels['estimate.likely']} hint="Empty: from its words." />
        <Hours field={hours.optimistic} label={taskLabels['estimate.optimistic']} hint="Empty: 0.7 of it." />
        <Hours field={hours.pessimistic} label={taskLabels['estimate.pessimistic']} hint="Empty: 1.5 of it." />
      </div>
      <Boxes
        field={whole(fields.capabilities)}
        label={taskLabels.capabilities}
        hint="What its agent must be able to do."
        options={capabilities.map((value) => ({ value, words: value.replaceAll('_', ' ') }))}
        folded
      />
      <TextField field={whole(fields.technologies)} label={taskLabels.technologies} hint="With commas between them." />
      <TextAreaField
        field={whole(fields.writes)}
        label={taskLabels.writes}
        hint="One pattern a line, such as src/api/**. Two tasks that name the same path never run at once."
        rows={3}
        spellCheck={false}
      />
      <TextAreaField
        field={whole(fields.verification)}
        label={taskLabels.verification}
        hint="One command a line. Empty: the repository’s commands."
        rows={3}
        spellCheck={false}
      />
      <SelectField
        field={fields.priority}
        label={taskLabels.priority}
        options={taskPriorities.map((value) => ({ value, words: value }))}
      />
      <CheckField field={fields.optional} label={taskLabels.optional} hint="The session completes without it, too." />
    </>
  );
}

function Hours({ field, label, hint }: { field: FormField; label: string; hint: string }) {
  return <TextField field={field} label={label} hint={hint} type="number" min={0} step="any" />;
}

interface BoxesProps {
  field: FormField;
  label: string;
  hint: string;
  options: readonly { value: string; words: string }[];
  folded?: boolean;
}

/** Any number of a list, as boxes; a long list is folded, with what is chosen on its fold. */
export function Boxes({ field, label, hint, options, folded = false }: BoxesProps) {
  const initial = field.initialValue;
  const chosen = Array.isArray(initial) ? initial.map(String) : typeof initial === 'string' ? [initial] : [];
  const boxes = (
    <div className="grid gap-1 sm:grid-cols-2">
      {options.map((option) => (
        <label
          key={option.value}
          className="flex min-h-11 cursor-pointer items-center gap-3 border border-line-1 px-3 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2"
        >
          <input
            type="checkbox"
            name={field.name}
            form={field.formId}
            value={option.value}
            defaultChecked={chosen.includes(option.value)}
            className="size-5 shrink-0"
          />
          <span className="min-w-0 break-words">{option.words}</span>
        </label>
      ))}
    </div>
  );
  return (
    <fieldset id={field.id} className="min-w-0">
      <legend className="font-semibold">{label}</legend>
      <p className="text-data text-ink-2">{hint}</p>
      {folded ? (
        <details open={field.errors !== undefined}>
          <summary className="flex min-h-11 items-center font-data text-data underline">
            {chosen.length === 0
              ? 'from its words; choose …'
              : chosen.map((one) => one.replaceAll('_', ' ')).join(', ')}
          </summary>
          {boxes}
        </details>
      ) : (
        boxes
      )}
      <FieldErrors field={field} />
    </fieldset>
  );
}

/** The tasks of a graph as boxes to wait for. */
export function taskOptions(tasks: readonly Task[]): { value: string; words: string }[] {
  return tasks.map(({ key, title }) => ({ value: key, words: `${key}: ${title}` }));
}
