import { Link } from 'react-router';
import { dependencyTypes } from '../../../server/domain/task.ts';
import { leafCounts, type StateCounts } from '../../../server/domain/task-graph/fold.ts';
import { Empty } from '../../components/states.tsx';
import { Counts } from '../../components/task-counts.tsx';
import { TaskGraph } from '../../components/task-graph.tsx';
import { dashes, dependencyWords } from '../../components/task-graph-model.ts';
import { TaskQuery } from '../../components/task-query.tsx';
import { NoTasks } from '../../components/task-table.tsx';
import { useGraph } from '../../hooks/use-graph.ts';

/** The task graph, live; what is chosen in it is opened in the inspector. */
export default function SessionGraph() {
  const { graph, faults, total, address, onFold, onSelect, base } = useGraph();
  if (total === 0) return <NoTasks />;
  return (
    <>
      <TaskQuery address={address} shown={graph.tasks.length} total={total} faults={faults} />
      {graph.tasks.length === 0 ? (
        <Empty title="No task fits the query">The graph itself is unchanged; “Show all” brings it back.</Empty>
      ) : (
        <section aria-label="Task graph" className="h-[60dvh] min-h-80 shrink-0 desk:h-auto desk:flex-1 desk:shrink">
          <TaskGraph {...graph} selected={address.task} onSelect={onSelect} onFold={onFold} />
        </section>
      )}
      <Legend
        to={`${base}/tasks${address.to({})}`}
        collisions={(graph.collisions?.length ?? 0) > 0}
        counts={leafCounts(graph.tasks)}
      />
    </>
  );
}

interface LegendProps {
  to: string;
  collisions: boolean;
  /** How the tasks that are shown stand; from afar no box says it. */
  counts: StateCounts;
}

function Legend({ to, collisions, counts }: LegendProps) {
  return (
    <div className="flex flex-wrap items-start gap-x-6 border-t border-line-1 px-3 text-data text-ink-2 lg:px-4">
      <Link to={to} className="inline-flex min-h-11 items-center underline">
        The same as a table
      </Link>
      <span className="inline-flex min-h-11 items-center font-data text-micro">
        <Counts counts={counts} words />
      </span>
      <details className="min-w-0 open:basis-full">
        <summary className="flex min-h-11 items-center underline">What lines and keys mean</summary>
        <div className="flex flex-wrap items-center gap-x-6 gap-y-1 pb-3">
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
          <span>from afar: hollow waits, half full is done, full goes on or needs somebody</span>
          <span>
            <kbd>← →</kbd> along the edges, <kbd>↑ ↓</kbd> in a layer, <kbd>Enter</kbd> opens, <kbd>+ −</kbd> unfolds
            and folds a group
          </span>
        </div>
      </details>
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
