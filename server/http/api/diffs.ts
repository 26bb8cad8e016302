import { z } from 'zod';
import { sessionParams } from './params.ts';
import { one } from './query.ts';
import { type Route, route } from './route.ts';
import { diffOut, diffShape } from './shapes/diff.ts';

/** What a session changed, as data or as patch text. */
export const diffRoutes: Route[] = [
  route({
    method: 'get',
    path: '/sessions/{id}/diff',
    operationId: 'getDiff',
    summary: 'Read what a session, or one of its tasks, changed',
    tag: 'sessions',
    permission: { name: 'read', resource: 'sessions' },
    params: sessionParams,
    query: { taskId: one(z.guid('Give the id of a task'), 'Only what this task changed.') },
    responses: { 200: { description: 'The difference.', schema: diffShape, also: ['text/x-diff'] } },
    async handle({ services, actor, params, query, accepts }) {
      if (accepts === 'text/x-diff') {
        const text = await services.diffs.patch(actor, params.id, query);
        return { status: 200, text, type: 'text/x-diff; charset=utf-8' };
      }
      return { status: 200, json: diffOut(await services.diffs.ofSession(actor, params.id, query)) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/report',
    operationId: 'getReport',
    summary: 'Take a session along as one HTML file; that it was taken is recorded',
    tag: 'sessions',
    permission: { name: 'read', resource: 'sessions' },
    params: sessionParams,
    responses: {
      200: { description: 'The report: no script, nothing fetched.', schema: z.string(), also: ['text/html'] },
    },
    async handle({ services, actor, params, requestId }) {
      const { html } = await services.reports.ofSession(actor, params.id, { requestId });
      return { status: 200, text: html, type: 'text/html; charset=utf-8' };
    },
  }),
];
