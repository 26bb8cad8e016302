import { useCallback, useMemo } from 'react';
import { foldedGroups } from '../components/task-graph-model.ts';
import { queried } from '../components/task-query.tsx';
import { type AddressInUse, useAddress } from './use-address.ts';
import { useSessionRoom } from './use-live-room.ts';

/** The graph as the address asks for it, for the picture and the table alike: queried, folded, and one task chosen. */
export function useGraph() {
  const { state, collisions } = useSessionRoom();
  const { tasks, edges, criticalPath } = state;
  const address: AddressInUse = useAddress();
  const { query, fold, go } = address;
  const { data, faults } = useMemo(
    () => queried({ tasks, edges, criticalPath, collisions }, query),
    [tasks, edges, criticalPath, collisions, query],
  );
  const folded = useMemo(() => foldedGroups(data.tasks, fold), [data.tasks, fold]);
  const onFold = useCallback(
    (taskId: string) => {
      const key = data.tasks.find((task) => task.id === taskId)?.key;
      if (key === undefined) return;
      go({ fold: fold.includes(key) ? fold.filter((one) => one !== key) : [...fold, key] }, { replace: true });
    },
    [data.tasks, fold, go],
  );
  const onSelect = useCallback(
    (task: string | null) => {
      if (task !== address.task) go({ task, event: null });
    },
    [address.task, go],
  );
  const graph = useMemo(() => ({ ...data, folded }), [data, folded]);
  return { graph, faults, total: tasks.length, address, onFold, onSelect, base: `/sessions/${state.session.slug}` };
}
