import type { ReactNode } from 'react';
import { Form, Link, useFetcher } from 'react-router';
import { dependencyTypes, type Task } from '../../server/domain/task.ts';
import { commandKey } from './command-bar-form.tsx';
import { Panel } from './page.tsx';
import { dependencyWords } from './task-graph-model.ts';
import { WaiveForm } from './task-inspector-waive.tsx';
import type { TaskIntent } from './task-intents.ts';
import type { TaskRefusals } from './task-orders.ts';
import type { TaskRow } from './task-table-rows.ts';
import { Bar, buttonShape } from './ui/button.tsx';
import { Confirm } from './ui/confirm.tsx';

interface TaskOrdersProps {
  row: TaskRow;
  tasks: readonly Task[];
  agents: readonly { id: string; name: string; type: string }[];
  refusals: TaskRefusals;
  /** The session's page: where orders are sent. */
  base: string;
  /** Who would sign a waiver. */
  by: string;
}

/** What can be done with one task, each with its consequence; what cannot, with the reason. */
export function TaskOrders({ row, tasks, agents, refusals, base, by }: TaskOrdersProps) {
  const { task } = row;
  const own = `${base}/tasks/${task.id}`;
  const send = { action: base, task };
  return (
    <Panel title="Orders to this task">
      <div className="flex flex-col gap-2 p-3 lg:p-4">
        <Lead to={`${own}/edit`} label="Edit" refusal={refusals.edit}>
          Title, description, needs, paths, proof, hours.
        </Lead>
        <Lead to={`${own}/split`} label="Split" refusal={refusals.split}>
          It becomes a group of smaller tasks, by you or by a planner.
        </Lead>
        <Lead
          to={`${base}/tasks/new?after=${encodeURIComponent(task.key)}`}
          label="Add a task after it"
          refusal={refusals.add}
        >
          A new task that waits for this one.
        </Lead>
        <OrderForm {...send} intent="task_retry" label="Retry" refusal={refusals.retry}>
          It goes on with fresh attempts; what waited for it waits again.
        </OrderForm>
        <OrderForm {...send} intent="task_assign" label="Choose its agent" refusal={refusals.assign} folded>
          <Select label="Next attempt goes to" name="agent">
            {agents.map((agent) => (
              <option key={agent.id} value={agent.id}>
                {agent.name} ({agent.type})
              </option>
            ))}
          </Select>
        </OrderForm>
        <OrderForm {...send} intent="task_link" label="Let it wait for another task" refusal={refusals.link} folded>
          <Select label="It waits for" name="prerequisite">
            {tasks
              .filter((other) => other.id !== task.id)
              .map((other) => (
                <option key={other.id} value={other.id}>
                  {other.key}: {other.title}
                </option>
              ))}
          </Select>
          <Select label="In which way" name="type">
            {dependencyTypes.map((type) => (
              <option key={type} value={type}>
                {dependencyWords[type].meaning}
              </option>
            ))}
          </Select>
        </OrderForm>
        {task.dependencies.map((dependency) => {
          const before = tasks.find((other) => other.id === dependency.taskId)?.key ?? 'a task';
          return (
            <Confirm
              key={dependency.id}
              trigger={`No longer wait for ${before}`}
              title={`Let ${task.key} no longer wait for ${before}?`}
              confirm={`Take away the wait for ${before}`}
              fields={{ intent: 'task_unlink', taskId: task.id, dependencyId: dependency.id }}
              action={base}
              fetcherKey={commandKey}
              weight="plain"
              refusal={refusals.unlink}
              className="w-full"
            >
              It may then start before {before} is done.
            </Confirm>
          );
        })}
        <WaiveForm task={task} action={base} by={by} refusal={refusals.waive} />
        <Ending row={row} base={base} intent="task_cancel" label="Cancel" refusal={refusals.cancel}>
          Its agent is ended and its unmerged work is kept in git. Tasks that need it are skipped or blocked.
        </Ending>
        <Ending row={row} base={base} intent="task_remove" label="Take off the graph" refusal={refusals.remove}>
          It never ran: nothing of it stays but its line in the timeline.
        </Ending>
      </div>
    </Panel>
  );
}

function Lead({
  to,
  label,
  refusal,
  children,
}: {
  to: string;
  label: string;
  refusal: string | null;
  children: string;
}) {
  if (refusal !== null) {
    return <Bar type="button" weight="plain" label={label} consequence={children} refusal={refusal} stacked />;
  }
  return (
    <Link to={to} className={`${buttonShape({ weight: 'plain' })} flex-col items-start! gap-0.5! py-2`}>
      <span>{label}</span>
      <span className="font-words text-data font-normal normal-case tracking-normal">{children}</span>
    </Link>
  );
}

interface OrderFormProps {
  action: string;
  task: Pick<Task, 'id'>;
  intent: TaskIntent;
  label: string;
  refusal: string | null;
  /** With fields of its own: unfolds before it can be sent. */
  folded?: boolean;
  children: ReactNode;
}

function OrderForm({ action, task, intent, label, refusal, folded = false, children }: OrderFormProps) {
  const { state, formData } = useFetcher({ key: commandKey });
  const pending = state === 'submitting' && formData?.get('intent') === intent ? `${label}: ordered` : null;
  if (refusal !== null)
    return <Bar type="button" weight="plain" label={label} consequence="" refusal={refusal} stacked />;
  const form = (
    <Form method="post" action={action} navigate={false} fetcherKey={commandKey} className="flex flex-col gap-2">
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="taskId" value={task.id} />
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

function Select({ label, name, children }: { label: string; name: string; children: ReactNode }) {
  return (
    <label className="flex flex-col gap-1">
      <span className="font-semibold">{label}</span>
      <select name={name} required className="control">
        {children}
      </select>
    </label>
  );
}

interface EndingProps {
  row: TaskRow;
  base: string;
  intent: TaskIntent;
  label: string;
  refusal: string | null;
  children: ReactNode;
}

function Ending({ row, base, intent, label, refusal, children }: EndingProps) {
  return (
    <Confirm
      trigger={label}
      title={`${label}: ${row.task.key}?`}
      confirm={`${label}: ${row.task.key}`}
      fields={{ intent, taskId: row.task.id }}
      action={base}
      fetcherKey={commandKey}
      refusal={refusal}
      className="w-full"
    >
      {children}
    </Confirm>
  );
}
