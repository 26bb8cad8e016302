import { TaskTable } from '../../components/task-table.tsx';
import { useSessionRoom } from '../../hooks/use-live-room.ts';

/** Linear mode: the graph as a table. */
export default function SessionTasks() {
  const { state, attempts } = useSessionRoom();
  const { session, tasks, edges, criticalPath } = state;
  return (
    <TaskTable
      tasks={tasks}
      edges={edges}
      criticalPath={criticalPath}
      attempts={attempts}
      base={`/sessions/${session.slug}`}
    />
  );
}
