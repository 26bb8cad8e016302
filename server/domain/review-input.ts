import { z } from 'zod';
import { mostCommentedLines, reviewDecisions, sides } from './review.ts';
import { storable, text } from './text.ts';

const body = text('The comment', 1, 5_000);
const path = storable('The path').min(1, 'Name the file').max(4_096, 'The path is too long');
const line = (label: string) =>
  z.int(`${label} must be a whole number`).min(1, `${label} counts from 1`).max(10_000_000, `${label} is too large`);

/** A comment on a file, or on lines of one side of its change; `endLine` is `startLine` unless said. */
export const commentInput = z
  .strictObject({
    path,
    body,
    taskId: z.guid('Must be the id of a task').optional(),
    side: z.enum(sides, 'Choose old or new').optional(),
    startLine: line('The first line').optional(),
    endLine: line('The last line').optional(),
  })
  .superRefine(({ side, startLine, endLine }, context) => {
    const issue = (at: string, message: string) => context.addIssue({ code: 'custom', path: [at], message });
    if (startLine === undefined) {
      if (endLine !== undefined) issue('startLine', 'Give the first line too');
      return;
    }
    if (side === undefined) issue('side', 'Say which side the lines are of: old or new');
    if (endLine === undefined) return;
    if (endLine < startLine) issue('endLine', 'The last line comes before the first');
    else if (endLine - startLine >= mostCommentedLines)
      issue('endLine', `A comment is about at most ${mostCommentedLines} lines`);
  });
export type CommentInput = z.output<typeof commentInput>;

export const replyInput = z.strictObject({ body });

const chosen = z.array(z.guid('Must be the id of a comment')).max(100, 'At most 100 comments at once');

/** Comments that go to the agent as one prompt. */
export const sendCommentsInput = z.strictObject({
  commentIds: chosen.min(1, 'Choose at least one comment'),
  note: text('The note', 0, 2_000).optional(),
  taskId: z.guid('Must be the id of a task').optional(),
});

/**
 * A person's word about the change. `head` is the commit they looked at: another one is CONFLICT. Asking for changes needs
 * comments or a note.
 */
export const reviewInput = z
  .strictObject({
    decision: z.enum(reviewDecisions, `Choose one of ${reviewDecisions.join(', ')}`),
    head: storable('The head').max(64).optional(),
    note: text('The note', 0, 2_000).optional(),
    commentIds: chosen.optional(),
    taskId: z.guid('Must be the id of a task').optional(),
  })
  .superRefine(({ decision, note, commentIds }, context) => {
    if (decision === 'changes_requested' && !note && (commentIds ?? []).length === 0)
      context.addIssue({ code: 'custom', path: ['note'], message: 'Choose a comment or say what is to change' });
  });

/** How the branch goes into its base. */
export const mergeInput = z.strictObject({
  head: storable('The head').max(64).optional(),
  /** A merge commit even where the base could simply move on. */
  mergeCommit: z.boolean('Say true or false').optional(),
  deleteBranch: z.boolean('Say true or false').optional(),
});
