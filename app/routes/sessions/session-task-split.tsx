import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, Link, redirect } from 'react-router';
import { planSchema } from '../../../server/domain/blueprint.ts';
import { actorOf } from '../../auth.server.ts';
import { Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { errorLabels, splitValues } from '../../components/task-form.ts';
import { taskRefusals } from '../../components/task-orders.ts';
import { type SplitFormValues, SplitRow, splitLabels } from '../../components/task-split-row.tsx';
import { Bar, Button } from '../../components/ui/button.tsx';
import { ErrorSummary } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { useSending } from '../../hooks/use-sending.ts';
import type { Route } from './+types/session-task-split.ts';

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { taskEdits } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const byPlanner = form.get('intent') === 'planner';
  const submission = parseForm(form, planSchema, splitValues);
  if (!byPlanner && submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const body = !byPlanner && submission.status === 'success' ? { tasks: submission.value.tasks } : {};
    await taskEdits.decompose(actor, params.taskId, body);
    return redirect(`/sessions/${params.slug}/tasks?task=${params.taskId}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

const rowsAtFirst = 3;

/** A task becomes a group of smaller ones: written here, or by a planner. */
export default function SplitTask({ params, actionData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const { session, tasks } = state;
  const task = tasks.find((one) => one.id === params.taskId);
  const [form, fields] = useForm<SplitFormValues>({
    id: 'split',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { tasks: Array.from({ length: rowsAtFirst }, () => ({})) },
  });
  const element = useRef<HTMLFormElement>(null);
  const back = `/sessions/${session.slug}/tasks`;
  useDraft(element, `split-${params.taskId}`, (path) => path === back);
  const pending = useSending('Splitting', null);
  const asking = useSending('Asking the planner', 'planner');
  if (task === undefined) {
    return (
      <Empty title="It is no longer in the graph." action={{ to: back, words: 'To the tasks' }}>
        It was taken off, or the plan was made anew.
      </Empty>
    );
  }
  const group = tasks.some(({ parentTaskId }) => parentTaskId === task.id);
  const refused = taskRefusals({ session, task, group }, actor).split;
  const rows = fields.tasks.getFieldList();
  return (
    <Panel title={`Split ${task.key}`}>
      <p className="max-w-prose px-3 pt-3 text-ink-2 lg:px-4">
        “{task.title}” becomes a group; what waits for it waits for all of its tasks. Its hours,{' '}
        {task.estimate.expected.toFixed(1)} in all, are shared among them.
      </p>
      <Form method="post" className="max-w-3xl p-3 lg:p-4">
        <input type="hidden" name="intent" value="planner" />
        <Bar
          label="Let the planner split it"
          weight="plain"
          consequence="When its turn comes a planner agent answers with the tasks; they are checked before they stand."
          refusal={refused}
          pending={asking}
        />
      </Form>
      <Form
        method="post"
        {...getFormProps(form)}
        ref={element}
        className="flex max-w-3xl flex-col gap-4 border-t-2 border-line-2 p-3 lg:p-4"
      >
        <ErrorSummary form={form} labels={errorLabels(form.allErrors, splitLabels)} />
        {rows.map((row, index) => (
          <SplitRow
            key={row.key}
            number={index + 1}
            fields={row.getFieldset()}
            remove={rows.length > 1 ? form.remove.getButtonProps({ name: 'tasks', index }) : null}
          />
        ))}
        <Button type="submit" {...form.insert.getButtonProps({ name: 'tasks' })}>
          One more task
        </Button>
        <Bar
          label="Split it"
          consequence="These tasks stand in its place in the graph at once."
          refusal={refused}
          pending={pending}
        />
        <Link to={`${back}?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Leave it as it is
        </Link>
      </Form>
    </Panel>
  );
}
