import { Link, useSearchParams } from 'react-router';
import { dependencyTypes } from '../../../server/domain/task.ts';
import { TaskGraph } from '../../components/task-graph.tsx';
import { dashes, dependencyWords } from '../../components/task-graph-model.ts';
import { NoTasks } from '../../components/task-table.tsx';
import { useInspected } from '../../hooks/use-inspected.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';

/** The task graph, live; what is chosen in it is opened in the inspector. */
export default function SessionGraph() {
  const { state, collisions } = useSessionRoom();
  const { session, tasks, edges, criticalPath } = state;
  const [, setSearch] = useSearchParams();
  const inspected = useInspected();
  if (tasks.length === 0) return <NoTasks />;
  function choose(taskId: string | null) {
    if (taskId === inspected) return;
    setSearch(taskId === null ? {} : { task: taskId }, { preventScrollReset: true });
  }
  return (
    <>
      <section aria-label="Task graph" className="h-[60dvh] min-h-80 lg:h-[calc(100dvh-25rem)]">
        <TaskGraph
          tasks={tasks}
          edges={edges}
          criticalPath={criticalPath}
          collisions={collisions}
          selected={inspected}
          onSelect={choose}
        />
      </section>
      <Legend base={`/sessions/${session.slug}`} collisions={collisions.length > 0} />
    </>
  );
}

function Legend({ base, collisions }: { base: string; collisions: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-1 border-y border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
      {dependencyTypes.map((type) => (
        <span key={type} className="flex items-center gap-2">
          <Sample dash={dashes[type]} />
          {dependencyWords[type].short} {dependencyWords[type].meaning}
        </span>
      ))}
      <span className="flex items-center gap-2">
        <Sample width={4} color="var(--color-ink-1)" />
        critical path
      </span>
      {collisions && (
        <span className="flex items-center gap-2">
          <Sample dash={dashes.collision} color="var(--color-caution)" />
          may write the same paths: the second waits
        </span>
      )}
      <Link to={`${base}/tasks`} className="inline-flex min-h-11 items-center underline">
        The same as a table
      </Link>
    </div>
  );
}

function Sample({ dash = '', width = 2, color = 'currentColor' }: { dash?: string; width?: number; color?: string }) {
  return (
    <svg viewBox="0 0 40 4" width="40" height="4" aria-hidden="true">
      <line x1="0" x2="40" y1="2" y2="2" stroke={color} strokeWidth={width} strokeDasharray={dash} />
    </svg>
  );
}
