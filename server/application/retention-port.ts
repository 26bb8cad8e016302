import type { RetentionCounts, RetentionDays } from '../domain/retention.ts';

/** A team's settings as they are kept. */
export interface KeptRetention extends RetentionDays {
  readonly version: number;
  readonly changedBy: string | null;
  readonly changedAt: Date;
}

export interface RetentionRun {
  readonly id: string;
  readonly startedBy: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly removed: RetentionCounts;
  readonly error: string | null;
}

/** From when on each is kept; null: for ever. */
export interface KeptSince {
  readonly sessions: Date | null;
  readonly events: Date | null;
  readonly transcripts: Date | null;
  readonly contexts: Date | null;
  readonly audit: Date | null;
  /** Sessions deleted before it cannot be brought back any more. */
  readonly deleted: Date;
}

/** What was taken from a session that stays, and when. */
export interface SessionTrims {
  readonly events: Date | null;
  readonly transcripts: Date | null;
  readonly contexts: Date | null;
}

export interface RetentionStore {
  get(teamId: string): Promise<KeptRetention | null>;
  /** CONFLICT when the version is not the one that stands; 0 where none was kept before. */
  save(teamId: string, days: RetentionDays, by: string | null, version: number): Promise<KeptRetention>;
  /** What a run would take away now. Counted, nothing is changed. */
  count(teamId: string, since: KeptSince): Promise<RetentionCounts>;
  /**
   * Takes at most `limit` sessions away for good, with everything that hangs on them, whatever table that is in; only
   * ended ones. Their shares of the team's budget stay counted.
   */
  purge(
    teamId: string,
    since: Pick<KeptSince, 'sessions' | 'deleted'>,
    limit: number,
  ): Promise<{ deleted: number; sessions: number; gone: { sessionId: string; repositoryId: string }[] }>;
  /** Takes the events of at most `limit` ended sessions, and the team's own events; answers how many events. */
  trimEvents(teamId: string, before: Date, limit: number): Promise<number>;
  /** Empties what was said to and by the models of at most `limit` ended sessions; answers how many sessions. */
  trimTranscripts(teamId: string, before: Date, limit: number): Promise<number>;
  /** Takes the contexts of ended sessions, and the history of all others; answers how many contexts and changes. */
  trimContexts(teamId: string, before: Date): Promise<number>;
  /** Texts of the team nothing refers to any more, a day after they were written. */
  pruneBlobs(teamId: string): Promise<number>;
  addRun(teamId: string, run: RetentionRun): Promise<void>;
  /** Newest first. */
  runs(teamId: string, limit: number): Promise<RetentionRun[]>;
  /** null: nothing was taken from it. */
  trimsOf(sessionId: string): Promise<SessionTrims | null>;
  /** Which of these sessions are there, deleted ones included. */
  known(sessionIds: readonly string[]): Promise<string[]>;
  /** Bundles of sessions that ended so many days ago, and reports of attempts that ended a week ago. */
  pruneKept(days: { work: number; reports: number }): Promise<{ work: number; reports: number }>;
}
