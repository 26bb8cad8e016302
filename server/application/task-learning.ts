import type { Capability } from '../domain/agent.ts';
import { type Estimate, type EstimateInput, type EstimateSource, estimateOf } from '../domain/estimate.ts';
import { historyKey, learnedEstimate, predictWrites, recordsAsked } from '../domain/task-history.ts';
import type { TaskRecord } from './knowledge-port.ts';
import type { Tx } from './store-port.ts';

/** What of a task decides which history it has. */
export interface Learner {
  readonly planKey: string | null;
  readonly capabilities: readonly Capability[];
  readonly estimate: EstimateInput;
  readonly writes: readonly string[];
}

export interface Learned {
  readonly estimate: Estimate;
  readonly predictedWrites: readonly string[];
  /** Records the hours were learned from. */
  readonly samples: number;
}

/**
 * What history says of tasks before they run, in their order: hours after the newest records of their kind (of this
 * repository, else of the team) over the prior, and the paths the same step of a blueprint wrote here unannounced.
 */
export async function learnTasks(
  store: Pick<Tx, 'history'>,
  where: { teamId: string; repositoryId: string | null },
  tasks: readonly Learner[],
  source: EstimateSource,
): Promise<Learned[]> {
  const keys = [...new Set(tasks.map((task) => historyKey(task.planKey, task.capabilities)))];
  const of = (repositoryId: string | null) =>
    store.history.ofKeys(where.teamId, keys, {
      ...(repositoryId === null ? {} : { repositoryId }),
      limitPerKey: recordsAsked,
    });
  const here = byKey(where.repositoryId === null ? [] : await of(where.repositoryId));
  const anywhere = byKey(await of(null));
  return tasks.map((task) => {
    const key = historyKey(task.planKey, task.capabilities);
    const local = here.get(key) ?? [];
    const records = local.length > 0 ? local : (anywhere.get(key) ?? []);
    return {
      estimate: learnedEstimate(estimateOf(task.estimate, source), records),
      // Tasks that only ask for the same capabilities say nothing of each other's files.
      predictedWrites: task.planKey === null ? [] : predictWrites(local, task.writes),
      samples: records.length,
    };
  });
}

function byKey(records: readonly TaskRecord[]): Map<string, TaskRecord[]> {
  const lists = new Map<string, TaskRecord[]>();
  for (const record of records) {
    const list = lists.get(record.planKey) ?? [];
    list.push(record);
    lists.set(record.planKey, list);
  }
  return lists;
}
