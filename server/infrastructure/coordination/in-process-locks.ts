import { randomUUID } from 'node:crypto';
import type { FairLocks, FenceStore, Grant, LockHolding } from '../../application/coordination-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { deadlockSentence, findDeadlock, lockLost, lockNames, lockPriority, waitEdges } from '../../domain/lock.ts';
import { createLockTable, type LockHolder } from '../../domain/lock-table.ts';
import { openTurn, type Turn } from './turn.ts';

interface Held {
  readonly controller: AbortController;
  fencing: number | null;
}

/**
 * The locks of one process, which needs no server to agree with itself. A holder is never lost here: it lives as long as
 * the queue it stands in. Times are of the process's own steady clock.
 */
export function createInProcessLocks(options: { fences: Pick<FenceStore, 'raise'>; now?: () => number }): FairLocks {
  const { fences, now = () => performance.now() } = options;
  const table = createLockTable();
  const turns = new Map<string, Turn>();
  const held = new Map<string, Held>();
  let last = 0;

  /** Two that come in the same instant have an order too. */
  function stamp(): number {
    last = Math.max(now(), last + 0.001);
    return last;
  }

  function wake(granted: readonly LockHolder[]): void {
    for (const { id } of granted) turns.get(id)?.arrive();
  }

  function leave(id: string): void {
    held.delete(id);
    wake(table.leave(id, now()));
  }

  function breakCircles(): void {
    while (table.nested()) {
      const found = findDeadlock(table.queues());
      if (found === null) return;
      const { cycle, victim } = found;
      turns.get(victim.id)?.refuse(new DomainError('DEADLOCK', deadlockSentence(cycle), { details: { cycle } }));
      leave(victim.id);
    }
  }

  async function acquire(resources: readonly string[], request: Parameters<FairLocks['acquire']>[1]): Promise<Grant> {
    const names = lockNames(resources);
    const priority = lockPriority(request.priority);
    request.signal?.throwIfAborted();
    const id = randomUUID();
    const turn = openTurn(names, request);
    turns.set(id, turn);
    try {
      wake(table.enter({ id, owner: request.owner, resources: names, priority, arrival: stamp() }, now()));
      breakCircles();
      turn.queued();
      await turn.come;
      const own: Held = { controller: new AbortController(), fencing: null };
      held.set(id, own);
      const fencing = await fences.raise(names, request.owner);
      if (fencing === null) throw lockLost(names, 'it went to another process meanwhile');
      own.fencing = fencing;
      const { signal } = own.controller;
      return { resources: names, fencing, shared: false, signal, release: async () => leave(id) };
    } catch (error) {
      leave(id);
      throw error;
    } finally {
      turns.delete(id);
    }
  }

  const holding = ({ since, ...holder }: LockHolder): LockHolding => ({
    ...holder,
    heldMs: now() - since,
    expiresInMs: null,
    fencing: held.get(holder.id)?.fencing ?? null,
  });

  return {
    acquire,

    async snapshot() {
      const queues = table.queues();
      return {
        kind: 'in_process',
        edges: waitEdges(queues),
        queues: queues.map(({ resource, holder, waiters }) => ({
          resource,
          holder: holder === null ? null : holding(holder),
          waiters: waiters.map((waiter) => ({ ...waiter, waitedMs: now() - waiter.arrival })),
        })),
      };
    },

    async forceRelease(resource) {
      const holder = table.holder(resource);
      if (holder === null) return null;
      const taken = holding(holder);
      held.get(holder.id)?.controller.abort(lockLost(holder.resources, 'an admin released it'));
      leave(holder.id);
      return taken;
    },

    async close() {
      for (const turn of turns.values()) turn.refuse(new DomainError('UNAVAILABLE', 'The process is stopping.'));
      for (const id of [...held.keys()]) leave(id);
    },
  };
}
