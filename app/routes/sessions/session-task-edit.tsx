import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import type { Task } from '../../../server/domain/task.ts';
import { editTaskInput } from '../../../server/domain/task-edit-input.ts';
import { actorOf } from '../../auth.server.ts';
import { Panel } from '../../components/page.tsx';
import {
  changedTaskValues,
  changesOf,
  errorLabels,
  formOf,
  type TaskFormValues,
  taskLabels,
} from '../../components/task-form.ts';
import { TaskFields } from '../../components/task-form-fields.tsx';
import { taskRefusals } from '../../components/task-orders.ts';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-task-edit.ts';

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) => ({
  task: await context.get(servicesContext).tasks.get(actorOf(context), params.taskId),
}));

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { tasks, taskEdits } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const submission = parseForm(form, editTaskInput, changedTaskValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const changes = changesOf(await tasks.get(actor, params.taskId), submission.value);
    if (Object.keys(changes).length > 0) {
      await taskEdits.edit(actor, params.taskId, changes, { version: Number(form.get('version')) });
    }
    return redirect(`/sessions/${params.slug}/tasks?task=${params.taskId}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

/** What is said of a task changes; a running attempt keeps what it was sent. */
export default function EditTask({ loaderData, actionData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const { session, tasks } = state;
  // The row as the form opened: what changes meanwhile is told by the version, not by a field that jumps.
  const task: Task = loaderData.task;
  const [form, fields] = useForm<TaskFormValues>({
    id: 'task',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: formOf(task),
  });
  const element = useRef<HTMLFormElement>(null);
  const back = `/sessions/${session.slug}/tasks`;
  useDraft(element, `edit-task-${task.id}-${task.version}`, (path) => path === back);
  const pending = useNavigation().formMethod === 'POST' ? 'Saving' : null;
  const group = tasks.some(({ parentTaskId }) => parentTaskId === task.id);
  return (
    <Panel title={`Edit ${task.key}`}>
      <Form method="post" {...getFormProps(form)} ref={element} className="flex max-w-3xl flex-col gap-5 p-3 lg:p-4">
        <ErrorSummary form={form} labels={errorLabels(form.allErrors, taskLabels)} />
        <input type="hidden" name="version" value={task.version} />
        <TaskFields fields={fields} hours={fields.estimate.getFieldset()} />
        <Bar
          label="Save"
          consequence="Counts from the next attempt; one that runs keeps what it was sent."
          refusal={taskRefusals({ session, task, group }, actor).edit}
          pending={pending}
        />
        <Link to={`${back}?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Leave it as it is
        </Link>
      </Form>
    </Panel>
  );
}
