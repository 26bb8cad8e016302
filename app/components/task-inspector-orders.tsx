import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { dependencyTypes, type Task } from '../../server/domain/task.ts';
import type { LiveEdge } from '../live.ts';
import { commandKey } from './command-bar-form.tsx';
import { Panel } from './page.tsx';
import { dependencyWords } from './task-graph-model.ts';
import { TaskOrderForm, TaskOrderSelect } from './task-inspector-order.tsx';
import { WaiveForm } from './task-inspector-waive.tsx';
import type { TaskRefusals } from './task-orders.ts';
import type { TaskRow } from './task-table-rows.ts';
import { Bar, buttonShape } from './ui/button.tsx';
import { Confirm } from './ui/confirm.tsx';

interface TaskOrdersProps {
  row: TaskRow;
  tasks: readonly Task[];
  edges: readonly LiveEdge[];
  agents: readonly { id: string; name: string; type: string }[];
  refusals: TaskRefusals;
  /** The session's page: where orders are sent. */
  base: string;
  /** Who would sign a waiver. */
  by: string;
}

interface Order {
  readonly label: string;
  readonly refusal: string | null;
  readonly form: ReactNode;
}

/** What can be done with one task, each with its consequence; below it what cannot, each with the reason. */
export function TaskOrders(props: TaskOrdersProps) {
  const orders = ordersOf(props);
  const refused = orders.filter((order) => order.refusal !== null);
  return (
    <Panel title="Orders to this task">
      <div className="flex flex-col gap-2 p-3 lg:p-4">
        {orders
          .filter((order) => order.refusal === null)
          .map((order) => (
            <div key={order.label}>{order.form}</div>
          ))}
        {refused.length > 0 && (
          <details>
            <summary className="flex min-h-11 items-center text-data text-ink-2 underline">
              {refused.length} not possible now, and why
            </summary>
            <ul className="flex flex-col gap-2">
              {refused.map(({ label, refusal }) => (
                <li key={label}>
                  <Bar type="button" weight="plain" label={label} consequence="" refusal={refusal} stacked />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Panel>
  );
}

function ordersOf({ row, tasks, edges, agents, refusals, base, by }: TaskOrdersProps): Order[] {
  const { task } = row;
  const own = `${base}/tasks/${task.id}`;
  const send = { action: base, taskId: task.id };
  const ending = { base, taskId: task.id, taskKey: task.key };
  const others = tasks.filter((other) => other.id !== task.id);
  return [
    {
      label: 'Edit',
      refusal: refusals.edit,
      form: (
        <Lead to={`${own}/edit`} label="Edit">
          Title, description, needs, paths, proof, hours.
        </Lead>
      ),
    },
    {
      label: 'Split',
      refusal: refusals.split,
      form: (
        <Lead to={`${own}/split`} label="Split">
          It becomes a group of smaller tasks, by you or by a planner.
        </Lead>
      ),
    },
    {
      label: 'Add a task after it',
      refusal: refusals.add,
      form: (
        <Lead to={`${base}/tasks/new?after=${encodeURIComponent(task.key)}`} label="Add a task after it">
          A new task that waits for this one.
        </Lead>
      ),
    },
    {
      label: 'Retry',
      refusal: refusals.retry,
      form: (
        <TaskOrderForm {...send} intent="task_retry" label="Retry">
          It goes on with fresh attempts; what was skipped because of it waits for it again.
        </TaskOrderForm>
      ),
    },
    {
      label: 'Choose its agent',
      refusal: refusals.assign ?? (agents.length === 0 ? 'There is no agent.' : null),
      form: (
        <TaskOrderForm {...send} intent="task_assign" label="Choose its agent" folded>
          <TaskOrderSelect label="Next attempt goes to" name="agent">
            {agents.map((agent) => (
              <option key={agent.id} value={agent.id}>
                {agent.name} ({agent.type})
              </option>
            ))}
          </TaskOrderSelect>
        </TaskOrderForm>
      ),
    },
    {
      label: 'Let it wait for another task',
      refusal: refusals.link ?? (others.length === 0 ? 'There is no other task.' : null),
      form: (
        <TaskOrderForm {...send} intent="task_link" label="Let it wait for another task" folded>
          <TaskOrderSelect label="It waits for" name="prerequisite">
            {others.map((other) => (
              <option key={other.id} value={other.id}>
                {other.key}: {other.title}
              </option>
            ))}
          </TaskOrderSelect>
          <TaskOrderSelect label="In which way" name="type">
            {dependencyTypes.map((type) => (
              <option key={type} value={type}>
                {dependencyWords[type].meaning}
              </option>
            ))}
          </TaskOrderSelect>
        </TaskOrderForm>
      ),
    },
    ...edges
      .filter(({ to }) => to === task.id)
      .map(({ id, from }) => {
        const before = tasks.find((other) => other.id === from)?.key ?? 'a task';
        return {
          label: `No longer wait for ${before}`,
          refusal: refusals.unlink,
          form: (
            <Ending
              {...ending}
              fields={{ intent: 'task_unlink', dependencyId: id }}
              label={`No longer wait for ${before}`}
              consequence="It may start before that is done"
            >
              It may then start before {before} is done.
            </Ending>
          ),
        };
      }),
    {
      label: 'Waive the proof',
      refusal: refusals.waive,
      form: <WaiveForm task={task} action={base} by={by} />,
    },
    {
      label: 'Cancel',
      refusal: refusals.cancel,
      form: (
        <Ending
          {...ending}
          fields={{ intent: 'task_cancel' }}
          label="Cancel"
          consequence="Ends its agent; what needs it is skipped or blocked"
          broken
        >
          Its agent is ended and its unmerged work is kept in git. Tasks that need it are skipped or blocked.
        </Ending>
      ),
    },
    {
      label: 'Take off the graph',
      refusal: refusals.remove,
      form: (
        <Ending
          {...ending}
          fields={{ intent: 'task_remove' }}
          label="Take off the graph"
          consequence="It never ran: one line of it stays in the timeline"
          broken
        >
          It never ran: nothing of it stays but its line in the timeline.
        </Ending>
      ),
    },
  ];
}

function Lead({ to, label, children }: { to: string; label: string; children: string }) {
  return (
    <Link to={to} className={`${buttonShape({ weight: 'plain' })} w-full flex-col items-start! gap-0.5! py-2`}>
      <span>{label}</span>
      <span className="font-words text-data font-normal normal-case tracking-normal">{children}</span>
    </Link>
  );
}

interface EndingProps {
  base: string;
  taskId: string;
  taskKey: string;
  fields: Record<string, string>;
  label: string;
  consequence: string;
  broken?: boolean;
  children: ReactNode;
}

function Ending({ base, taskId, taskKey, fields, label, consequence, broken = false, children }: EndingProps) {
  return (
    <Confirm
      trigger={label}
      consequence={consequence}
      title={`${label}: ${taskKey}?`}
      confirm={`${label}: ${taskKey}`}
      fields={{ ...fields, taskId }}
      action={base}
      fetcherKey={commandKey}
      weight={broken ? 'broken' : 'plain'}
      className="w-full"
    >
      {children}
    </Confirm>
  );
}
