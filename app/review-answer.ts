export type { MergeView } from '../server/application/review/merge.ts';

import type { Problem } from './problem.ts';

export const reviewIntents = [
  'comment',
  'reply',
  'resolve',
  'reopen',
  'send',
  'accept',
  'request_changes',
  'merge',
] as const;
export type ReviewIntent = (typeof reviewIntents)[number];

/** What became of an order on the changes of a session. */
export interface ReviewAnswer {
  readonly done?: ReviewIntent;
  /** The session that was made for asked changes. */
  readonly followUp?: string | null;
  readonly error?: Problem & { readonly issues: readonly { path: string; message: string }[] };
  /** What was typed, so that nothing is lost without scripts. */
  readonly kept?: Readonly<Record<string, string>>;
}

export const reviewOutcomes: Record<ReviewIntent, string> = {
  comment: 'Comment kept.',
  reply: 'Answer kept.',
  resolve: 'Thread resolved.',
  reopen: 'Thread opened again.',
  send: 'Sent: the agent reads it when its present step is done.',
  accept: 'Accepted, for the change as it stands now.',
  request_changes: 'Changes asked for.',
  merge: 'Merged.',
};
