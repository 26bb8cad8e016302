import type { KeptRecord } from './ports.ts';

/** A record that a runtime still keeps, taken up to be forgotten there. */
export interface LeftRecord extends KeptRecord {
  readonly teamId: string;
  /** How often it was tried, this time included. */
  readonly tries: number;
}

/** How a team's records at its runtimes stand. */
export interface LeftRecords {
  /** Still to be forgotten, those of `outOfReach` not counted. */
  readonly waiting: number;
  readonly oldest: Date | null;
  /** Why the newest try was in vain; null: none was yet, or none is waiting. */
  readonly problem: string | null;
  /** Left at a server that was taken off, or at an instance not seen for a day: nothing here can reach them. */
  readonly outOfReach: number;
}

/** What runtimes keep of runs nobody reads there any more, until they have forgotten it. */
export interface LeftRecordStore {
  /**
   * Puts down the records of at most `limit` attempts that ended so many seconds ago and whose worktree is gone, or could
   * not be taken away for a day. Answers how many attempts it looked at.
   */
  collect(limit: number, afterSeconds: number): Promise<number>;
  /** Takes at most `limit` that are due and that this instance can reach; each stays with the taker for five minutes. */
  take(instanceId: string, limit: number): Promise<LeftRecord[]>;
  forgotten(remoteSessionId: string): Promise<void>;
  /** Tried again after a minute, then twice as long each time, a day at most. */
  failed(remoteSessionId: string, problem: string): Promise<void>;
  of(teamId: string): Promise<LeftRecords>;
}
