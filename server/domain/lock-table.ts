import { type LockQueue, type LockWaiter, lockRank } from './lock.ts';

interface Held {
  readonly since: number;
}
export type LockHolder = LockWaiter & Held;

/**
 * The queues of one process, without clock or timer: what may be granted follows from arrival and priority alone. A
 * request is granted when it is first in the queue of everything it asks for and all of that is free, so that a request
 * for several is not overtaken by those for one, and two of them can never hold half each.
 */
export function createLockTable() {
  const holders = new Map<string, LockHolder>();
  const queues = new Map<string, LockWaiter[]>();
  const known = new Map<string, LockWaiter>();
  const flows = new Map<string, number>();
  let nestedFlows = 0;

  /** Counts the requests of a flow; more than one makes it a nested one. */
  function count(owner: string, by: 1 | -1): void {
    const before = flows.get(owner) ?? 0;
    const after = before + by;
    if (after === 0) flows.delete(owner);
    else flows.set(owner, after);
    if (Math.max(before, after) === 2) nestedFlows += by;
  }

  /** Grants the first of this resource's queue when it may be; answers it. */
  function advance(resource: string, now: number): LockHolder[] {
    const first = queues.get(resource)?.[0];
    if (first === undefined) return [];
    const may = first.resources.every((name) => !holders.has(name) && queues.get(name)?.[0]?.id === first.id);
    if (!may) return [];
    const holder: LockHolder = { ...first, since: now };
    for (const name of first.resources) {
      holders.set(name, holder);
      drop(name, first.id);
    }
    return [holder];
  }

  function drop(resource: string, id: string): void {
    const queue = (queues.get(resource) ?? []).filter((one) => one.id !== id);
    if (queue.length === 0) queues.delete(resource);
    else queues.set(resource, queue);
  }

  return {
    /** Queues a request at its place; answers who holds something now because of it: itself, or nobody. */
    enter(waiter: LockWaiter, now: number): LockHolder[] {
      known.set(waiter.id, waiter);
      count(waiter.owner, 1);
      const rank = lockRank(waiter.arrival, waiter.priority);
      for (const resource of waiter.resources) {
        const queue = queues.get(resource) ?? [];
        const before = queue.findLastIndex((other) => lockRank(other.arrival, other.priority) <= rank);
        queues.set(resource, queue.toSpliced(before + 1, 0, waiter));
      }
      return advance(waiter.resources[0] ?? '', now);
    },

    /** Takes a request away, waiting or holding; answers who holds something now because of it. */
    leave(id: string, now: number): LockHolder[] {
      const leaving = known.get(id);
      if (leaving === undefined) return [];
      const { resources } = leaving;
      known.delete(id);
      count(leaving.owner, -1);
      for (const resource of resources) {
        if (holders.get(resource)?.id === id) holders.delete(resource);
        drop(resource, id);
      }
      return resources.flatMap((resource) => advance(resource, now));
    },

    holder: (resource: string): LockHolder | null => holders.get(resource) ?? null,

    /** Whether any flow has more than one request: only then can there be a circle. */
    nested: (): boolean => nestedFlows > 0,

    queues(): LockQueue<LockWaiter, LockHolder>[] {
      const names = [...new Set([...holders.keys(), ...queues.keys()])].sort();
      return names.map((resource) => ({
        resource,
        holder: holders.get(resource) ?? null,
        waiters: queues.get(resource) ?? [],
      }));
    },
  };
}
