/** Orders about one task of a session's graph. */
export const taskIntents = [
  'task_cancel',
  'task_retry',
  'task_assign',
  'task_split',
  'task_waive',
  'task_link',
  'task_unlink',
  'task_remove',
] as const;
export type TaskIntent = (typeof taskIntents)[number];

/** The sentence after an order was taken. */
export const taskOutcomes: Record<TaskIntent, string> = {
  task_cancel: 'Task cancelled.',
  task_retry: 'Task retried: it is ready again.',
  task_assign: 'Chosen: the next attempt goes to that agent, if it can take it.',
  task_split: 'A planner is asked to split it; its tasks appear when the answer is in.',
  task_waive: 'Proof waived; your name and reason stand in the audit log.',
  task_link: 'Linked.',
  task_unlink: 'Unlinked.',
  task_remove: 'Taken off the graph.',
};
