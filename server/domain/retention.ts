import { z } from 'zod';

/** What has days of its own (access.md, Data care), in the order it is shown and done. */
export const retentionKinds = ['sessions', 'events', 'transcripts', 'contexts', 'audit'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** Days each is kept; null: for ever. */
export type RetentionDays = Readonly<Record<RetentionKind, number | null>>;

export const keepAll: RetentionDays = { sessions: null, events: null, transcripts: null, contexts: null, audit: null };

/** A deleted session can be brought back for so long. */
export const undoDays = 30;

/** What a run takes away, or would. `deleted`: sessions whose undo is over, whatever the team keeps. */
export interface RetentionCounts {
  readonly deleted: number;
  readonly sessions: number;
  readonly events: number;
  readonly transcripts: number;
  readonly contexts: number;
  readonly audit: number;
  /** Texts nothing refers to any more. */
  readonly blobs: number;
}

export const nothingRemoved: RetentionCounts = {
  deleted: 0,
  sessions: 0,
  events: 0,
  transcripts: 0,
  contexts: 0,
  audit: 0,
  blobs: 0,
};

const days = (least: number, most: number) =>
  z
    .number('Give a whole number of days, or leave it empty to keep it for ever')
    .int('Give whole days')
    .min(least, `Give at least ${least} ${least === 1 ? 'day' : 'days'}`)
    .max(most, `Give at most ${most} days`)
    .nullable();

const most = 3_650;

/** Settings as they are given. What hangs on something else cannot be kept longer than it. */
export const retentionInput = z
  .strictObject({
    sessions: days(1, most),
    events: days(1, most),
    transcripts: days(1, most),
    contexts: days(1, most),
    // Shorter would forget who did what before anybody asks.
    audit: days(30, most),
  })
  .superRefine((given, judged) => {
    for (const kind of ['events', 'transcripts', 'contexts'] as const) {
      const own = given[kind];
      if (own !== null && given.sessions !== null && own > given.sessions)
        judged.addIssue({
          code: 'custom',
          path: [kind],
          message: `They go with their session after ${given.sessions} days: give fewer, or keep sessions longer`,
        });
    }
  });
export type RetentionInput = z.output<typeof retentionInput>;

/** Everything that is older than this is no longer kept. */
export function keptSince(days: number, now: Date): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

/** Whether a run would take anything away. */
export const removesAnything = (counts: RetentionCounts): boolean =>
  Object.values(counts).some((count) => Number(count) > 0);
