import { z } from 'zod';
import { commentInput, mergeInput, replyInput, reviewInput, sendCommentsInput } from '../../domain/review-input.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { commentParams, sessionParams } from './params.ts';
import { listQuery, one } from './query.ts';
import { type Route, route } from './route.ts';
import { promptOut, promptShape } from './session-commands.ts';
import { listOf } from './shapes/fields.ts';
import {
  commentOut,
  commentShape,
  mergeOut,
  mergeShape,
  mergeViewOut,
  mergeViewShape,
  reviewOut,
  reviewShape,
  threadOut,
  threadShape,
} from './shapes/review.ts';

const tag = 'review';
const read = { name: 'read', resource: 'sessions' } as const;
const permission = { name: 'diff.merge' } as const;
const taskId = one(z.guid('Give the id of a task'), "In this task's own change.");

function settled(verb: 'resolve' | 'reopen', operationId: string, summary: string): Route {
  return route({
    method: 'post',
    path: `/sessions/{id}/comments/{commentId}/${verb}`,
    operationId,
    summary,
    tag,
    permission,
    params: commentParams,
    responses: { 200: { description: 'The comment.', schema: commentShape } },
    async handle({ services, actor, params }) {
      const comment = await services.reviews.threads[verb](actor, params.id, params.commentId);
      return { status: 200, json: commentOut(comment) };
    },
  });
}

/** What people say about a change, and their word about it. */
export const reviewRoutes: Route[] = [
  route({
    method: 'get',
    path: '/sessions/{id}/comments',
    operationId: 'listComments',
    summary: 'List the threads on a change, each with its place in the diff of now',
    tag,
    permission: read,
    params: sessionParams,
    query: { taskId, ...listQuery },
    responses: { 200: { description: 'A page of threads.', schema: listOf(threadShape) } },
    async handle({ services, actor, params, query }) {
      const threads = await services.reviews.threads.list(actor, params.id, { taskId: query.taskId });
      return { status: 200, json: mapped(cut(threads, pageOf(query)), threadOut) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/comments',
    operationId: 'createComment',
    summary: 'Comment on a file or on lines of it',
    tag,
    permission,
    params: sessionParams,
    body: commentInput,
    responses: { 201: { description: 'The comment.', schema: commentShape } },
    async handle({ services, actor, params, body }) {
      return { status: 201, json: commentOut(await services.reviews.threads.comment(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/comments/send',
    operationId: 'sendComments',
    summary: 'Send chosen comments to the agent as one prompt',
    tag,
    permission: { name: 'session.command' },
    params: sessionParams,
    body: sendCommentsInput,
    responses: {
      202: { description: 'Kept; delivered when the run idles, or with the next run.', schema: promptShape },
    },
    async handle({ services, actor, params, body }) {
      return { status: 202, json: promptOut(await services.reviews.send(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/comments/{commentId}/replies',
    operationId: 'replyToComment',
    summary: 'Answer in a thread',
    tag,
    permission,
    params: commentParams,
    body: replyInput,
    responses: { 201: { description: 'The answer.', schema: commentShape } },
    async handle({ services, actor, params, body }) {
      const reply = await services.reviews.threads.reply(actor, params.id, params.commentId, body);
      return { status: 201, json: commentOut(reply) };
    },
  }),
  settled('resolve', 'resolveComment', 'Close a thread'),
  settled('reopen', 'reopenComment', 'Open a closed thread again'),
  route({
    method: 'get',
    path: '/sessions/{id}/reviews',
    operationId: 'listReviews',
    summary: 'List what was decided about a change, newest first',
    tag,
    permission: read,
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of decisions.', schema: listOf(reviewShape) } },
    async handle({ services, actor, params, query }) {
      const { reviews } = await services.reviews.history(actor, params.id);
      return { status: 200, json: mapped(cut(reviews, pageOf(query)), reviewOut) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/reviews',
    operationId: 'reviewSession',
    summary: 'Accept a change, or ask for another',
    tag,
    permission,
    params: sessionParams,
    body: reviewInput,
    responses: {
      201: {
        description:
          'The decision; `followUpId` is the session made for the asked changes, where the old one had ended for good.',
        schema: reviewShape,
      },
    },
    async handle({ services, actor, params, body, requestId }) {
      return { status: 201, json: reviewOut(await services.reviews.decide(actor, params.id, body, { requestId })) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/merge',
    operationId: 'previewMerge',
    summary: 'Tell what a merge into the base branch would be, or why there is none now',
    tag,
    permission: read,
    params: sessionParams,
    responses: { 200: { description: 'The merge as it would be; nothing moves.', schema: mergeViewShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: mergeViewOut(await services.reviews.preview(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/merge',
    operationId: 'mergeSession',
    summary: "Merge the session's branch into its base; for a URL the result is pushed",
    tag,
    permission,
    params: sessionParams,
    body: mergeInput,
    responses: { 200: { description: 'The merge; `before` is where the base stood.', schema: mergeShape } },
    async handle({ services, actor, params, body, requestId }) {
      return { status: 200, json: mergeOut(await services.reviews.merge(actor, params.id, body, { requestId })) };
    },
  }),
];
