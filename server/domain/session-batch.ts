/** What can be ordered for several sessions at once. */
export const batchVerbs = ['start', 'pause', 'resume', 'stop', 'cancel', 'retry', 'tag', 'untag', 'delete'] as const;
export type BatchVerb = (typeof batchVerbs)[number];

/** A page of a list can be selected as a whole; more is a rule, not a selection. */
export const mostInBatch = 100;
