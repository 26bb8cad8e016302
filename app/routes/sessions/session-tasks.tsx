import { TaskTable } from '../../components/task-table.tsx';
import { useHydrated } from '../../hooks/use-hydrated.ts';
import { useInspected } from '../../hooks/use-inspected.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';

/** Linear mode: the graph as a table. */
export default function SessionTasks() {
  const { state, collisions } = useSessionRoom();
  const { tasks, edges, criticalPath } = state;
  const inspected = useInspected();
  const anchor = useHydrated() ? '' : '#inspector';
  return (
    <TaskTable
      tasks={tasks}
      edges={edges}
      criticalPath={criticalPath}
      collisions={collisions}
      inspected={inspected}
      anchor={anchor}
    />
  );
}
