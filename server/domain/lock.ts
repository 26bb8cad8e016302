import { DomainError, errorCodeOf, invalid } from './errors.ts';

/** The highest priority a lock is asked for with; 0 is the usual one. */
const maxLockPriority = 10;

/** So long of waiting counts as much as one step of priority, in milliseconds: nobody is overtaken for ever. */
export const lockAgeingMs = 5_000;

/** More at once is a design to think about, not a lock to take. */
const maxResources = 16;
const maxNameLength = 200;

/** Someone who waits for a lock; times in milliseconds of one clock, whichever it is. */
export interface LockWaiter {
  readonly id: string;
  /** One flow of control: those that may wait for each other have different names. */
  readonly owner: string;
  /** Everything asked for in one step, sorted. */
  readonly resources: readonly string[];
  readonly priority: number;
  readonly arrival: number;
}

export interface LockQueue<Waiter extends LockWaiter = LockWaiter, Holder extends LockWaiter = Waiter> {
  readonly resource: string;
  readonly holder: Holder | null;
  /** In the order they are served. */
  readonly waiters: readonly Waiter[];
}

/** `from` waits for `to` because of this resource, which `to` holds or is ahead at. */
export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  /** The two requests. */
  readonly waiter: string;
  readonly blocker: string;
  readonly resource: string;
  readonly held: boolean;
}

export interface Deadlock {
  /** Each waits for the next, the last for the first. */
  readonly cycle: readonly WaitEdge[];
  /** The request that came last of those in the circle: it gives way. */
  readonly victim: LockWaiter;
}

/** The names as they are locked: each once, sorted. Throws INVALID for none, too many, or a name that is none. */
export function lockNames(resources: readonly string[]): string[] {
  const names = [...new Set(resources)].sort();
  if (names.length === 0 || names.length > maxResources)
    throw invalid([{ path: 'resources', message: `Name 1 to ${maxResources} resources.` }]);
  const wrong = names.find((name) => !/^[a-z]+:\S/.test(name) || name.length > maxNameLength);
  if (wrong !== undefined)
    throw invalid([
      { path: 'resources', message: `${wrong.slice(0, 40)} is no resource: give one such as repository:<id>.` },
    ]);
  return names;
}

/** The priority as given, or 0. Throws INVALID outside 0 to {@link maxLockPriority}. */
export function lockPriority(priority = 0): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= maxLockPriority) return priority;
  throw invalid([{ path: 'priority', message: `Give a whole number from 0 to ${maxLockPriority}.` }]);
}

/**
 * Place in every queue: the lower is served first. Ageing is linear and the same for all, so that the order of two
 * waiters never changes: a step of priority is a head start of {@link lockAgeingMs}.
 */
export function lockRank(arrival: number, priority: number): number {
  return arrival - priority * lockAgeingMs;
}

/**
 * Who waits for whom. The first of a queue waits for the holder, each further one for the one before it: who waits behind
 * somebody waits for whatever that one waits for. A flow never waits for itself.
 */
export function waitEdges(queues: readonly LockQueue[]): WaitEdge[] {
  return queues.flatMap(({ resource, holder, waiters }) =>
    waiters.flatMap(({ id, owner }, place) => {
      const before = place === 0 ? holder : waiters[place - 1];
      if (!before || before.owner === owner) return [];
      return [{ from: owner, to: before.owner, waiter: id, blocker: before.id, resource, held: place === 0 }];
    }),
  );
}

/** A circle of owners who wait for each other, with the one who gives way; null without any. */
export function findDeadlock(queues: readonly LockQueue[]): Deadlock | null {
  const next = Map.groupBy(waitEdges(queues), ({ from }) => from);
  const cycle = findCycle(next);
  if (cycle === null) return null;
  // Only requests that are part of the circle: giving up another of the same flow would not open it.
  const inCycle = queues.flatMap(({ waiters }) =>
    waiters.filter(({ id }) => cycle.some(({ waiter }) => waiter === id)),
  );
  const victim = inCycle.reduce((last, one) => (one.arrival > last.arrival ? one : last));
  return { cycle, victim };
}

/** Depth first without recursion: a queue may be thousands long. */
function findCycle(next: ReadonlyMap<string, readonly WaitEdge[]>): WaitEdge[] | null {
  const done = new Set<string>();
  for (const start of next.keys()) {
    const path: WaitEdge[] = [];
    const onPath = new Map([[start, 0]]);
    const open = [{ owner: start, edges: [...(next.get(start) ?? [])] }];
    for (let here = open.at(-1); here !== undefined; here = open.at(-1)) {
      const edge = here.edges.pop();
      if (edge === undefined || done.has(here.owner)) {
        done.add(here.owner);
        onPath.delete(here.owner);
        open.pop();
        path.pop();
        continue;
      }
      const seenAt = onPath.get(edge.to);
      if (seenAt !== undefined) return [...path.slice(seenAt), edge];
      if (done.has(edge.to)) continue;
      path.push(edge);
      onPath.set(edge.to, path.length);
      open.push({ owner: edge.to, edges: [...(next.get(edge.to) ?? [])] });
    }
  }
  return null;
}

/** The circle in a sentence for whoever has to give way. */
export function deadlockSentence(cycle: readonly WaitEdge[]): string {
  const steps = cycle.map(
    ({ from, to, resource, held }) => `${from} waits for ${resource} ${held ? 'held by' : 'behind'} ${to}`,
  );
  return `These wait for each other: ${steps.join('; ')}. The one that asked last gives way; try again.`;
}

/** The CONFLICT of whoever acts on a lock that is no longer its own. */
export function lockLost(resources: readonly string[], why: string): DomainError {
  return new DomainError('CONFLICT', `The lock on ${resources.join(', ')} was lost: ${why}.`, {
    details: { lost: resources },
  });
}

/** Whether the error says that a lock was lost or not to be had: nothing was decided, and the same is to be tried again. */
export function isLockTrouble(error: unknown): boolean {
  const code = errorCodeOf(error);
  if (code === 'DEADLOCK' || code === 'UNAVAILABLE') return true;
  return code === 'CONFLICT' && error instanceof DomainError && 'lost' in Object(error.details);
}
