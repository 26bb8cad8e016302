/** What the overview reads: each one bounded statement. */
import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { Flow, OpenWork } from '../domain/flow.ts';
import type { Track } from '../domain/matrix.ts';

export interface Tracks {
  /** Oldest first, so that a new one never moves the others. */
  tracks: Track[];
  /** How many sessions lived in the time asked for. */
  total: number;
  /** Changes before it were too many to read; null when all were. */
  unreadBefore: Date | null;
}

export interface OverviewStore {
  /**
   * The sessions that were active or ended after `from`: those that need somebody first, then what is wrong, what runs,
   * what ended last, at most `limit` of them; with their changes since `from`, at most 4,000 of all together.
   */
  tracks(teamId: string, query: { from: Date; limit: number }): Promise<Tracks>;
  /** The attempts that are an agent's load (those of paused sessions run nowhere), oldest first. */
  work(teamId: string, limit: number): Promise<OpenWork[]>;
  flow(teamId: string): Promise<Flow>;
  /** The slugs of the team's sessions among these ids, deleted ones too. */
  slugs(teamId: string, ids: readonly string[]): Promise<Record<string, string>>;
  /** The newest milestones of the types named since `from`, newest first, with the slug of their session. */
  milestones(
    teamId: string,
    query: { from: Date; types: readonly EventType[]; limit: number },
  ): Promise<(TimelineEvent & { sessionSlug: string | null })[]>;
}
