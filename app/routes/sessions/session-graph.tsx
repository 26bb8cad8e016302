import { useState } from 'react';
import { Link } from 'react-router';
import { dependencyTypes } from '../../../server/domain/task.ts';
import { TaskGraph } from '../../components/task-graph.tsx';
import { dashes, dependencyWords } from '../../components/task-graph-model.ts';
import { NoTasks } from '../../components/task-table.tsx';
import { TaskDetail } from '../../components/task-table-detail.tsx';
import { taskRows } from '../../components/task-table-rows.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';

/** The task graph, live, with what is chosen in it explained below. */
export default function SessionGraph() {
  const { state, attempts } = useSessionRoom();
  const { session, tasks, edges, criticalPath } = state;
  const [selected, setSelected] = useState<string | null>(null);
  const base = `/sessions/${session.slug}`;
  if (tasks.length === 0) return <NoTasks />;
  const chosen = taskRows({ tasks, edges, criticalPath }).find((row) => row.task.id === selected);
  return (
    <>
      <section aria-label="Task graph" className="h-[60dvh] min-h-80 lg:h-[calc(100dvh-25rem)]">
        <TaskGraph tasks={tasks} edges={edges} criticalPath={criticalPath} selected={selected} onSelect={setSelected} />
      </section>
      <Legend base={base} />
      {chosen !== undefined && <TaskDetail row={chosen} attempts={attempts} base={base} />}
    </>
  );
}

function Legend({ base }: { base: string }) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-1 border-y border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
      {dependencyTypes.map((type) => (
        <span key={type} className="flex items-center gap-2">
          <svg viewBox="0 0 40 4" width="40" height="4" aria-hidden="true">
            <line x1="0" x2="40" y1="2" y2="2" stroke="currentColor" strokeWidth="2" strokeDasharray={dashes[type]} />
          </svg>
          {dependencyWords[type].short} {dependencyWords[type].meaning}
        </span>
      ))}
      <span className="flex items-center gap-2">
        <svg viewBox="0 0 40 4" width="40" height="4" aria-hidden="true">
          <line x1="0" x2="40" y1="2" y2="2" stroke="var(--color-ink-1)" strokeWidth="4" />
        </svg>
        critical path
      </span>
      <Link to={`${base}/tasks`} className="inline-flex min-h-11 items-center underline">
        The same as a table
      </Link>
    </div>
  );
}
