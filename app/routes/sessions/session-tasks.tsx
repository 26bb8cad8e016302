import { Empty } from '../../components/states.tsx';
import { TaskQuery } from '../../components/task-query.tsx';
import { TaskTable } from '../../components/task-table.tsx';
import { useGraph } from '../../hooks/use-graph.ts';
import { useHydrated } from '../../hooks/use-hydrated.ts';

/** Linear mode: the graph as a table, for keyboard, screen reader and phone; asked, folded and opened as the picture is. */
export default function SessionTasks() {
  const { graph, faults, total, address, onFold } = useGraph();
  // With scripts the inspector comes into sight by itself; without them its link leads there.
  const anchor = useHydrated() ? '' : '#inspector';
  return (
    <>
      {total > 0 && <TaskQuery address={address} shown={graph.tasks.length} total={total} faults={faults} />}
      {total > 0 && graph.tasks.length === 0 ? (
        <Empty title="No task fits the query">The graph itself is unchanged; “Show all” brings it back.</Empty>
      ) : (
        <TaskTable
          {...graph}
          inspected={address.task}
          to={(task) => `${address.to({ task, event: null })}${anchor}`}
          onFold={onFold}
        />
      )}
    </>
  );
}
