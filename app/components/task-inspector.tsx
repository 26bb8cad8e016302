import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import type { Actor } from '../../server/domain/actor.ts';
import type { LiveCollision, LiveState } from '../live.ts';
import type { AttemptDetail, TaskDecision } from '../live-attempt.ts';
import { Panel } from './page.tsx';
import { Empty } from './states.tsx';
import { TaskAttempts } from './task-inspector-attempts.tsx';
import { TaskFacts } from './task-inspector-facts.tsx';
import { TaskOrders } from './task-inspector-orders.tsx';
import { taskRefusals } from './task-orders.ts';
import { taskRows } from './task-table-rows.ts';

/** What only the loader knows of the task that is looked at. */
export interface Inspection {
  readonly taskId: string;
  readonly attempts: readonly AttemptDetail[];
  readonly decisions: readonly TaskDecision[];
  readonly agents: readonly { readonly id: string; readonly name: string; readonly type: string }[];
}

interface TaskInspectorProps {
  inspection: Inspection;
  state: LiveState;
  collisions: readonly LiveCollision[];
  actor: Actor;
  base: string;
}

/** Everything about one task: the address names it, so that it can be sent to somebody else. */
export function TaskInspector({ inspection, state, collisions, actor, base }: TaskInspectorProps) {
  const { taskId, attempts, decisions, agents } = inspection;
  const row = taskRows(state).find(({ task }) => task.id === taskId);
  const section = useShown();
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
          to="?"
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
            agents={agents}
            refusals={taskRefusals({ session: state.session, task: row.task, group: row.group }, actor)}
            base={base}
            by={actor.name}
          />
          <Panel title="As data">
            <details>
              <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">
                The task as JSON
              </summary>
              <pre className="max-h-96 overflow-auto whitespace-pre-wrap break-words border-t border-line-1 bg-surface-1 p-3 text-micro">
                {JSON.stringify(row.task, null, 2)}
              </pre>
            </details>
          </Panel>
        </>
      )}
    </section>
  );
}

const deskWidth = 1_024;

/** On a phone the inspector stands under the tabs: whoever chose a task is led there. On a desk it is in sight. */
function useShown() {
  const section = useRef<HTMLElement>(null);
  const { key } = useLocation();
  // The key of a page that was loaded, not come to: what it focuses is the browser's.
  const chosen = key !== 'default';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per task, which this is keyed by
  useEffect(() => {
    if (window.innerWidth >= deskWidth) return;
    section.current?.scrollIntoView();
    if (chosen) section.current?.focus({ preventScroll: true });
  }, []);
  return section;
}
