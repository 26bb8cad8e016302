import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, Link, redirect, useNavigation, useSearchParams } from 'react-router';
import { addTaskInput } from '../../../server/domain/task-edit-input.ts';
import { actorOf } from '../../auth.server.ts';
import { Panel } from '../../components/page.tsx';
import { errorLabels, newTaskValues, type TaskFormValues, taskLabels, whole } from '../../components/task-form.ts';
import { Boxes, TaskFields, taskOptions } from '../../components/task-form-fields.tsx';
import { sessionRefusals } from '../../components/task-orders.ts';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, SelectField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-task-new.ts';

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), addTaskInput, newTaskValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const task = await context.get(servicesContext).taskEdits.add(actorOf(context), params.slug, submission.value);
    return redirect(`/sessions/${params.slug}/tasks?task=${task.id}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

/** A task is put into the graph while it runs. */
export default function NewTask({ actionData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const { session, tasks } = state;
  const [search] = useSearchParams();
  const after = search.get('after');
  const [form, fields] = useForm<TaskFormValues>({
    id: 'task',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { priority: 'normal', ...(after === null ? {} : { dependsOn: [after] }) },
  });
  const element = useRef<HTMLFormElement>(null);
  const base = `/sessions/${session.slug}`;
  useDraft(element, `new-task-${session.id}`, (path) => path === `${base}/tasks`);
  const pending = useNavigation().formMethod === 'POST' ? 'Adding' : null;
  const groups = tasks.filter(
    (task) => task.attemptCount === 0 || tasks.some(({ parentTaskId }) => parentTaskId === task.id),
  );
  return (
    <Panel title="Add a task">
      <Form method="post" {...getFormProps(form)} ref={element} className="flex max-w-3xl flex-col gap-5 p-3 lg:p-4">
        <ErrorSummary form={form} labels={errorLabels(form.allErrors, taskLabels)} />
        <TaskFields fields={fields} hours={fields.estimate.getFieldset()} />
        {tasks.length > 0 && (
          <Boxes
            field={whole(fields.dependsOn)}
            label={taskLabels.dependsOn}
            hint="It starts when these are done. Other kinds of waiting are added to the task afterwards."
            options={taskOptions(tasks)}
            folded={tasks.length > 12}
          />
        )}
        <SelectField
          field={fields.parentTaskId}
          label={taskLabels.parentTaskId}
          hint="A task with tasks under it is a group: it ends with them."
          placeholder="no group"
          options={groups.map((task) => ({ value: task.id, words: `${task.key}: ${task.title}` }))}
        />
        <TextField
          field={fields.key}
          label={taskLabels.key}
          hint="A short name in the graph. Empty: a number."
          maxLength={64}
          spellCheck={false}
        />
        <Bar
          label="Add the task"
          consequence="It runs as soon as what it waits for is done; the timeline says who added it."
          refusal={sessionRefusals(session, actor).edit}
          pending={pending}
        />
        <Link to={`${base}/tasks`} className="inline-flex min-h-11 items-center underline">
          Back to the tasks
        </Link>
      </Form>
    </Panel>
  );
}
