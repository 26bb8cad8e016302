/** What the overview reads: each one bounded statement. */
import type { FeedNames } from '../domain/event-filter.ts';
import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { Flow, OpenWork } from '../domain/flow.ts';
import type { Handovers } from '../domain/handover.ts';
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
  /** Who was given what since then, and what went from one agent to another; by attempts that ended. */
  handovers(teamId: string, since: Date): Promise<Handovers>;
  /** What sessions, attempts and tasks of the team are called, deleted ones too. */
  names(
    teamId: string,
    ids: { sessions: readonly string[]; attempts: readonly string[]; tasks: readonly string[] },
  ): Promise<FeedNames>;
  /** The newest milestones of the types named since `from`, newest first, with the slug of their session. */
  milestones(
    teamId: string,
    query: { from: Date; types: readonly EventType[]; limit: number },
  ): Promise<(TimelineEvent & { sessionSlug: string | null })[]>;
}
