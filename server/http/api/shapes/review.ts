import { z } from 'zod';
import { type Comment, mergeWays, reviewDecisions, sides, type Thread } from '../../../domain/review.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const author = z.strictObject({ id: id.nullable(), name: z.string() }).meta({ id: 'Author' });
const lines = { side: z.enum(sides).nullable(), startLine: count.nullable(), endLine: count.nullable() };

export const commentShape = z
  .strictObject({
    id,
    sessionId: id,
    threadId: id.nullable(),
    taskId: id.nullable(),
    path: z.string(),
    ...lines,
    base: z.string(),
    head: z.string(),
    excerpt: z.array(z.string()),
    body: z.string(),
    author,
    createdAt: time,
    resolvedAt: time.nullable(),
    resolvedBy: author.nullable(),
    sentAt: time.nullable(),
  })
  .meta({ id: 'Comment' });

export function commentOut(comment: Comment): z.output<typeof commentShape> {
  const { range } = comment;
  return {
    id: comment.id,
    sessionId: comment.sessionId,
    threadId: comment.threadId,
    taskId: comment.taskId,
    path: comment.path,
    ...linesOut(range),
    base: comment.base,
    head: comment.head,
    excerpt: [...comment.excerpt],
    body: comment.body,
    author: { ...comment.author },
    createdAt: iso(comment.createdAt),
    resolvedAt: iso(comment.resolvedAt),
    resolvedBy: comment.resolvedBy === null ? null : { ...comment.resolvedBy },
    sentAt: iso(comment.sentAt),
  };
}

const linesOut = (range: Comment['range']) => ({
  side: range?.side ?? null,
  startLine: range?.start ?? null,
  endLine: range?.end ?? null,
});

export const threadShape = z
  .strictObject({
    ...commentShape.shape,
    place: z.strictObject({ state: z.enum(['current', 'moved', 'outdated']), ...lines }),
    replies: z.array(commentShape),
  })
  .meta({ id: 'CommentThread' });

export function threadOut(thread: Thread): z.output<typeof threadShape> {
  return {
    ...commentOut(thread),
    place: { state: thread.place.state, ...linesOut(thread.place.range) },
    replies: thread.replies.map(commentOut),
  };
}

export const reviewShape = z
  .strictObject({
    id,
    sessionId: id,
    decision: z.enum(reviewDecisions),
    base: z.string(),
    head: z.string(),
    note: z.string(),
    author,
    followUpId: id.nullable(),
    followUpSlug: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Review' });

export function reviewOut(review: Answered<'reviews', 'decide'>): z.output<typeof reviewShape> {
  const { id, sessionId, decision, base, head, note, author, followUpId, followUpSlug, createdAt } = review;
  return {
    ...{ id, sessionId, decision, base, head, note, followUpId, followUpSlug },
    author: { ...author },
    createdAt: iso(createdAt),
  };
}

export const mergeShape = z
  .strictObject({
    id,
    sessionId: id,
    target: z.string(),
    way: z.enum(mergeWays),
    before: z.string(),
    after: z.string(),
    head: z.string(),
    pushed: z.boolean(),
    branchDeleted: z.boolean(),
    warning: z.string().nullable(),
    author,
    createdAt: time,
  })
  .meta({ id: 'Merge' });

export function mergeOut(merge: Answered<'reviews', 'merge'>): z.output<typeof mergeShape> {
  const { id, sessionId, target, way, before, after, head, pushed, branchDeleted, warning, author, createdAt } = merge;
  return {
    ...{ id, sessionId, target, way, before, after, head, pushed, branchDeleted, warning },
    author: { ...author },
    createdAt: iso(createdAt),
  };
}

export const mergeViewShape = z
  .strictObject({
    refusal: z.string().nullable(),
    remote: z.boolean(),
    preview: z
      .strictObject({
        outcome: z.enum([...mergeWays, 'conflict', 'checked_out']),
        target: z.string(),
        before: z.string(),
        commits: count,
        files: z.array(z.string()),
        sentence: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'MergePreview' });

export function mergeViewOut(view: Answered<'reviews', 'preview'>): z.output<typeof mergeViewShape> {
  const { refusal, remote, preview } = view;
  if (preview === null) return { refusal, remote, preview };
  const { outcome, target, before, commits, files, sentence } = preview;
  return { refusal, remote, preview: { outcome, target, before, commits, files, sentence } };
}
