import { Link } from 'react-router';
import type { Actor } from '../../server/domain/actor.ts';
import { useLedHere } from '../hooks/use-led-here.ts';
import type { LiveCollision, LiveState } from '../live.ts';
import type { AttemptDetail, TaskDecision } from '../live-attempt.ts';
import { JsonFrame } from './json-frame.tsx';
import { Panel } from './page.tsx';
import { Empty } from './states.tsx';
import { TaskAttempts } from './task-inspector-attempts.tsx';
import { TaskFacts } from './task-inspector-facts.tsx';
import { type Knowledge, TaskKnowledge } from './task-inspector-knowledge.tsx';
import { TaskOrders } from './task-inspector-orders.tsx';
import { type TaskRefusals, taskRefusals } from './task-orders.ts';
import { taskRows } from './task-table-rows.ts';

/** What only the loader knows of the task that is looked at. */
export interface Inspection {
  readonly taskId: string;
  readonly attempts: readonly AttemptDetail[];
  readonly decisions: readonly TaskDecision[];
  readonly agents: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  /** What the session's agents see. */
  readonly knowledge: readonly Knowledge[];
}

interface TaskInspectorProps {
  inspection: Inspection;
  state: LiveState;
  collisions: readonly LiveCollision[];
  actor: Actor;
  base: string;
  /** Where closing leads: what else the address says stays. */
  close: string;
  /** Why nothing is ordered now, whatever the task; null when its own state decides. */
  refusal: string | null;
  /** Whether a phone goes to it when it is chosen. */
  leads?: boolean;
}

/** Everything about one task: the address names it, so that it can be sent to somebody else. */
export function TaskInspector({
  inspection,
  state,
  collisions,
  actor,
  base,
  close,
  refusal,
  leads = true,
}: TaskInspectorProps) {
  const { taskId, attempts, decisions, agents, knowledge } = inspection;
  const row = taskRows(state).find(({ task }) => task.id === taskId);
  const section = useLedHere(leads);
  const keyOf = (id: string) => state.tasks.find((task) => task.id === id)?.key ?? 'a task';
  const nameOf = (id: string) => agents.find((agent) => agent.id === id)?.name ?? 'an agent that is gone';
  return (
    <section
      id="inspector"
      ref={section}
      tabIndex={-1}
      aria-label={row === undefined ? 'Task' : `Task ${row.task.key}`}
      className="scroll-mt-4 border-b-4 border-line-2 outline-none lg:scroll-mt-28"
    >
      <header className="flex items-stretch justify-between gap-3 bg-surface-2 pl-3 lg:pl-4">
        <h2 className="min-w-0 self-center py-2 text-lead font-semibold">
          {row !== undefined && <span className="block font-data text-data font-bold">{row.task.key}</span>}
          <span className="break-words">{row?.task.title ?? 'This task'}</span>
        </h2>
        <Link
          to={close}
          preventScrollReset
          className="engraved flex min-h-11 shrink-0 items-center border-l border-line-1 px-4 text-data hover:bg-surface-3"
        >
          Close
        </Link>
      </header>
      {row === undefined ? (
        <Empty title="It is no longer in the graph.">
          It was taken off, or the plan was made anew. The timeline tells which.
        </Empty>
      ) : (
        <>
          <TaskFacts
            row={row}
            collisions={collisions.filter(({ first, second }) => first === taskId || second === taskId)}
            keyOf={keyOf}
            base={base}
          />
          <TaskAttempts attempts={attempts} decisions={decisions} nameOf={nameOf} taskKey={row.task.key} />
          <TaskOrders
            row={row}
            tasks={state.tasks}
            edges={state.edges}
            agents={agents}
            refusals={refusalsOf(
              taskRefusals({ session: state.session, task: row.task, group: row.group }, actor),
              refusal,
            )}
            base={base}
            by={actor.name}
          />
          <TaskKnowledge knowledge={knowledge} base={base} />
          <Panel title="As data">
            <details>
              <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">
                The task as JSON
              </summary>
              <JsonFrame value={{ ...row.task, dependencies: dependenciesOf(state, taskId) }} />
            </details>
          </Panel>
        </>
      )}
    </section>
  );
}

/** A page holds them once, as the graph's edges. */
function dependenciesOf({ edges }: Pick<LiveState, 'edges'>, taskId: string) {
  return edges.filter(({ to }) => to === taskId).map(({ from, to: _, ...edge }) => ({ ...edge, taskId: from }));
}

function refusalsOf(own: TaskRefusals, refusal: string | null): TaskRefusals {
  if (refusal === null) return own;
  return Object.fromEntries(Object.keys(own).map((order) => [order, refusal])) as TaskRefusals;
}
