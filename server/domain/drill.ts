import { z } from 'zod';

/** What a drill kills on purpose. */
export const drillParts = ['engine', 'opencode', 'redis', 'database'] as const;
export type DrillPart = (typeof drillParts)[number];

/** The part, and its name typed once more by whoever means it. */
export const drillInput = z
  .strictObject({ part: z.enum(drillParts), confirmation: z.string().max(100) })
  .refine(({ part, confirmation }) => confirmation.trim() === part, {
    path: ['confirmation'],
    message: 'Type the name of the part to confirm',
  });

/** One look at one part, so many seconds after the kill. */
export interface DrillReading {
  readonly second: number;
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A session the killed instance worked on, as it was. */
export interface DrillSession {
  readonly id: string;
  readonly slug: string;
  readonly lastSeq: number;
  readonly attempts: readonly string[];
}

export interface DrillReport {
  /** Per part that was seen away: the second of the first look at which it was back for good; null when it was not. */
  readonly backAfterSeconds: Readonly<Record<string, number | null>>;
  readonly seconds: number;
  readonly sessions: number;
  /** Slugs of sessions that failed or were orphaned meanwhile, or whose acknowledged events are not all there. */
  readonly lost: readonly string[];
  /** Attempts that were under way: still the same one or well ended, and those that had to be begun again. */
  readonly wentOn: number;
  readonly begunAgain: number;
}

/** When each part that was away came back, from the looks in their order. */
export function backAfter(readings: readonly DrillReading[]): Record<string, number | null> {
  const back: Record<string, number | null> = {};
  for (const { part, ok, second } of readings) {
    if (!ok) back[part] = null;
    else if (part in back && back[part] === null) back[part] = second;
  }
  return back;
}

/** A drill is over when every part was well for so many looks in a row. */
const steadyLooks = 3;
/** And is given up, with the truth, after so long. */
export const drillSeconds = 120;

/** Whether the last looks found every part well, and there were enough of them to see the kill at all. */
export function isSteady(readings: readonly DrillReading[]): boolean {
  const last = readings.at(-1)?.second ?? 0;
  if (last < 5) return false;
  const recent = readings.filter(({ second }) => second > last - steadyLooks);
  return new Set(recent.map(({ second }) => second)).size >= steadyLooks && recent.every(({ ok }) => ok);
}
