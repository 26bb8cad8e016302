/** The store's verbs for taking turns; its promises stand in `store-port.ts`. */
import type { Ring, Share, Waiter } from '../domain/fair-share.ts';

/** A ready task that waits for a slot. `since` is when it first asked. */
export interface SlotWait extends Waiter {
  sessionId: string;
  /** Whose slots it waits for; empty while every agent that could take it is busy. */
  queue: string;
  /** The agents it waits for, or the one it would go to. */
  agentIds: string[];
  /** A slot is kept for it. */
  granted: boolean;
}

/** A queue for the slots of a runtime as it stands, by database time. */
export interface SlotQueue {
  now: Date;
  /** Null: as many attempts as come. */
  capacity: number | null;
  /** Attempts that run there now. */
  running: number;
  /** Of this queue and of the asking team: those that asked lately and could begin. */
  waits: SlotWait[];
  /** Of every team among them, and of the asking one. What is kept for a team counts as taken. */
  shares: Map<string, Share>;
}

export interface TurnStore {
  /** Takes the row lock of a queue: whose turn it is, is decided under it. */
  lock(queue: string): Promise<Ring>;
  save(queue: string, ring: Ring): Promise<void>;
  /**
   * Reads a runtime's queue; call under `lock`. Of our own OpenCode only the attempts of this owner's sessions count, since
   * each instance runs one, and one that waits for a person takes none of its slots. A wait that was not asked for in the
   * last `freshSeconds` does not count, and a slot that was kept that long is free again.
   */
  slots(
    at: { queue: string; runtimeId: string; owner: string | null; teamId: string },
    freshSeconds: number,
  ): Promise<SlotQueue>;
  /** Notes that a task asks and waits; who asks again keeps its place. */
  wait(wait: Pick<SlotWait, 'id' | 'sessionId' | 'teamId' | 'queue' | 'agentIds'>): Promise<void>;
  /** Keeps a slot for each of these tasks. */
  grant(taskIds: readonly string[]): Promise<void>;
  /** The task waits no more. */
  leave(taskId: string): Promise<void>;
}
