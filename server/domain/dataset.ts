/** Data for fine-tuning: what may be taken of a team's sessions, and the life of the job that takes it. Pure. */
import { z } from 'zod';
import { DomainError } from './errors.ts';

/** `pending`: nothing is chosen yet; `queued`: chosen, nothing written; `evaluating`: every sample is judged once more. */
export const datasetStatuses = [
  'pending',
  'queued',
  'running',
  'evaluating',
  'completed',
  'failed',
  'cancelled',
] as const;
export type DatasetStatus = (typeof datasetStatuses)[number];

const moves: Record<DatasetStatus, readonly DatasetStatus[]> = {
  pending: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['evaluating', 'failed', 'cancelled'],
  evaluating: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: ['pending'],
  cancelled: ['pending'],
};

export function canMoveDataset(from: DatasetStatus, to: DatasetStatus): boolean {
  return moves[from].includes(to);
}

/** Throws INVALID_TRANSITION with what is allowed from there (domain.md 7). */
export function assertDatasetMove(from: DatasetStatus, to: DatasetStatus): void {
  if (canMoveDataset(from, to)) return;
  throw new DomainError('INVALID_TRANSITION', `A dataset that is ${from} cannot become ${to}.`, {
    details: { from, to, allowed: moves[from] },
  });
}

/** The states a job is still at work in. */
export const openDatasetStatuses = ['pending', 'queued', 'running', 'evaluating'] as const satisfies DatasetStatus[];

export const datasetOpen = (status: DatasetStatus): boolean => openDatasetStatuses.some((open) => open === status);

/** No session below it is ever taken, whatever a rule says (domain.md 7). */
export const leastSuccess = 90;
/** A dataset holds at most so many samples, the newest first; what is above is counted as left out. */
export const mostSamples = 2_000;
/** A team has at most so many datasets; each keeps a copy of what it took. */
export const mostDatasets = 50;

const whole = (words: string) => z.number(words).int(words);

/** What one dataset takes. Fields left out take the careful choice. */
export const datasetRules = z.strictObject({
  repositoryIds: z
    .array(z.guid('Not the id of a repository.'))
    .max(500, 'At most 500 repositories.')
    .transform((given) => [...new Set(given)])
    .default([])
    .describe('Empty: every repository of the team.'),
  withinDays: whole('Give whole days, or leave it empty for all time.')
    .min(1, 'Give at least 1 day.')
    .max(3_650, 'Give at most 3,650 days.')
    .nullable()
    .default(null)
    .describe('Only sessions that ended in so many days; null: all.'),
  minimumSuccess: whole('Give a whole number of percent.')
    .min(leastSuccess, `At least ${leastSuccess} %.`)
    .max(100, 'At most 100 %.')
    .default(leastSuccess)
    .describe('Percent of the tasks of a session that are proven.'),
  evalPercent: whole('Give a whole number of percent.')
    .min(0, 'At least 0 %.')
    .max(50, 'At most 50 %.')
    .default(10)
    .describe('How much of it is kept aside to evaluate with; split by repository.'),
  rehearsal: z.boolean().default(false).describe('Whether sessions of the rehearsal model are taken too.'),
});
export type DatasetRules = z.output<typeof datasetRules>;

export const createDatasetInput = datasetRules.extend({
  name: z.string({ error: 'Name the dataset.' }).trim().min(1, 'Name the dataset.').max(100, 'At most 100 characters.'),
  licence: z
    .string({ error: 'Say under which licence it may be used.' })
    .trim()
    .min(1, 'Say under which licence it may be used.')
    .max(200, 'At most 200 characters.')
    .describe('Stands on the dataset card.'),
});

export const consentInput = z.strictObject({
  given: z.boolean('Say whether the team agrees.'),
});

/** One attempt of an ended session, with what decides whether it may be taken. */
export interface Candidate {
  readonly attemptId: string;
  readonly sessionId: string;
  readonly repositoryId: string;
  readonly endedAt: Date;
  readonly sessionStatus: string;
  readonly sessionProof: string | null;
  readonly forced: boolean;
  /** Share of the session's tasks that are proven, from 0 to 1. */
  readonly success: number;
  /** Whoever began the session was erased since. */
  readonly authorErased: boolean;
  readonly rehearsal: boolean;
  readonly attemptStatus: string;
  readonly taskProof: string;
  /** What was said to and by the model is still kept. */
  readonly transcript: boolean;
  /** Equal for attempts that were asked and answered the same, numbers and ids aside. */
  readonly sameness: string;
}

/** Why something is left out, in the order it is judged: the first that holds is the one that is counted. */
export const leftOutReasons = [
  'not_completed',
  'forced',
  'unproven',
  'below_success',
  'author_erased',
  'rehearsal',
  'other_repository',
  'too_old',
  'not_succeeded',
  'task_unproven',
  'no_transcript',
  'duplicate',
  'above_limit',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export interface Chosen {
  /** Newest sessions first, in the order they are written. */
  readonly taken: readonly Candidate[];
  readonly sessions: number;
  readonly leftOut: Readonly<Record<LeftOutReason, number>>;
}

/** What the rules take of these attempts now, and why the rest is left out. Each attempt is counted exactly once. */
export function chooseSamples(candidates: readonly Candidate[], rules: DatasetRules, now: Date): Chosen {
  const leftOut = Object.fromEntries(leftOutReasons.map((reason) => [reason, 0])) as Record<LeftOutReason, number>;
  const taken: Candidate[] = [];
  const seen = new Set<string>();
  const ordered = [...candidates].sort(
    (a, b) => b.endedAt.getTime() - a.endedAt.getTime() || (a.attemptId < b.attemptId ? -1 : 1),
  );
  for (const one of ordered) {
    const reason =
      reasonAgainst(one, rules, now) ??
      (seen.has(one.sameness) ? 'duplicate' : taken.length >= mostSamples ? 'above_limit' : null);
    if (reason === null) {
      seen.add(one.sameness);
      taken.push(one);
    } else leftOut[reason] += 1;
  }
  return { taken, sessions: new Set(taken.map(({ sessionId }) => sessionId)).size, leftOut };
}

/** Why this attempt is not for training, looked at alone; null when it is. */
export function reasonAgainst(one: Candidate, rules: DatasetRules, now: Date): LeftOutReason | null {
  if (one.sessionStatus !== 'completed') return 'not_completed';
  if (one.forced) return 'forced';
  if (one.sessionProof !== 'proven') return 'unproven';
  // Counted in whole percent, so that a rule of 90 takes nine of ten.
  if (Math.round(one.success * 10_000) < Math.max(leastSuccess, rules.minimumSuccess) * 100) return 'below_success';
  if (one.authorErased) return 'author_erased';
  if (one.rehearsal && !rules.rehearsal) return 'rehearsal';
  if (rules.repositoryIds.length > 0 && !rules.repositoryIds.includes(one.repositoryId)) return 'other_repository';
  if (rules.withinDays !== null && now.getTime() - one.endedAt.getTime() > rules.withinDays * 86_400_000)
    return 'too_old';
  if (one.attemptStatus !== 'succeeded') return 'not_succeeded';
  if (one.taskProof !== 'proven') return 'task_unproven';
  return one.transcript ? null : 'no_transcript';
}

/**
 * The repositories kept aside to evaluate with: never one on both sides, so that no evaluation asks about code that was
 * trained on. Takes repositories in an order that only their ids decide while they fit into the wished percent; when none
 * fits, the smallest, unless that is more than half of everything. With one repository there is nothing to set aside.
 */
export function evalRepositories(samples: ReadonlyMap<string, number>, evalPercent: number): ReadonlySet<string> {
  const total = [...samples.values()].reduce((sum, count) => sum + count, 0);
  if (evalPercent === 0 || samples.size < 2) return new Set();
  const ordered = [...samples].sort(([a], [b]) => spread(a) - spread(b) || (a < b ? -1 : 1));
  const aside = new Set<string>();
  let count = 0;
  for (const [repository, own] of ordered)
    if (count + own <= (total * evalPercent) / 100) {
      aside.add(repository);
      count += own;
    }
  if (aside.size > 0) return aside;
  const [smallest] = ordered.toSorted(([, a], [, b]) => a - b);
  return smallest === undefined || smallest[1] * 2 > total ? new Set() : new Set([smallest[0]]);
}

/** FNV-1a, 32 bit: scatters ids evenly and is the same everywhere. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/** What a dataset is offered as; the card is text, the rest JSON Lines. */
export const datasetParts = [
  'train.chat.jsonl',
  'eval.chat.jsonl',
  'train.atif.jsonl',
  'eval.atif.jsonl',
  'README.md',
] as const;
export type DatasetPart = (typeof datasetParts)[number];

export const isDatasetPart = (text: string): text is DatasetPart => datasetParts.some((part) => part === text);

export const splits = ['train', 'eval'] as const;
export type Split = (typeof splits)[number];
export const forms = ['chat', 'atif'] as const;
export type SampleForm = (typeof forms)[number];
