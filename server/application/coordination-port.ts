/** Order between flows of control, in one process or between several; `ports.ts` holds the other ports. */
import type { LockQueue, LockWaiter, WaitEdge } from '../domain/lock.ts';

export interface LockRequest {
  /** Names one flow of control: nested requests of one flow share it, flows that may wait for each other do not. */
  owner: string;
  /** 0 (usual) to 10. A step is worth a head start of 5 s over those that wait. */
  priority?: number;
  /** A holder that is not heard of for so long has lost it; renewed at a third. Milliseconds, 10,000 unless said. */
  ttlMs?: number;
  /** Milliseconds to wait at most; 30,000 unless said, 0 to try once. */
  waitMs?: number;
  /** Gives the wait up. */
  signal?: AbortSignal;
}

/** What a write is made under: it counts only while this number is the newest of each of the resources. */
export interface Fence {
  readonly resources: readonly string[];
  readonly fencing: number;
}

export interface Grant extends Fence {
  /** Whether other processes can come to hold it: then what cannot ask the database needs a fence of its own. */
  readonly shared: boolean;
  /** Fires the moment the lock is lost: not renewed in time, forgotten by its server, or taken away by an admin. */
  readonly signal: AbortSignal;
  /** Gives it back; the next one is woken. May be repeated, also after a loss. */
  release(): Promise<void>;
}

export interface LockHolding extends LockWaiter {
  readonly heldMs: number;
  /** Until it is taken for lost; null where a holder cannot be lost. */
  readonly expiresInMs: number | null;
  /** Null while the number is being taken. */
  readonly fencing: number | null;
}

export interface LockWaiting extends LockWaiter {
  readonly waitedMs: number;
}

export interface LockSnapshot {
  readonly kind: 'in_process' | 'redis';
  /** Only resources that are held or waited for, by name. */
  readonly queues: readonly LockQueue<LockWaiting, LockHolding>[];
  readonly edges: readonly WaitEdge[];
}

/**
 * Fair locks on named resources (engine.md 5). Strict arrival order inside a priority; several resources are taken in one
 * step, and nobody who wants one of them goes past who wants all. A lock only orders: whatever must not be done by a
 * former holder carries the grant's fence, and the database refuses it.
 */
export interface FairLocks {
  /**
   * Waits for its turn. Throws DEADLOCK (details: cycle) when this request closed a circle of flows that wait for each
   * other, or is the youngest of one; UNAVAILABLE when the time is over; INVALID for a name that is none; the signal's
   * own reason when that fires.
   */
  acquire(resources: readonly string[], request: LockRequest): Promise<Grant>;
  snapshot(): Promise<LockSnapshot>;
  /** Takes it away from whoever holds it, who is told; answers who that was, or null when it was free. */
  forceRelease(resource: string): Promise<LockHolding | null>;
  /** Gives back what this process holds and lets go of what it waits for. */
  close(): Promise<void>;
}

/** Fencing numbers, which the database keeps: no coordinator that is flushed or replaced can take one back. */
export interface FenceStore {
  /**
   * A number above every one given before, from now on the newest of these resources; one statement. Null when a later
   * holder's number got there first.
   */
  raise(resources: readonly string[], owner: string): Promise<number | null>;
  /** The newest number of each resource that ever had one. */
  current(resources: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Throws CONFLICT unless the fence is the newest; inside a transaction it stays so until the commit. */
  assert(fence: Fence): Promise<void>;
  /** Forgets numbers nobody can hold any more; a forgotten one is refused like an old one. */
  prune(): Promise<void>;
}
