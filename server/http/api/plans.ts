import { sessionPreviewInput } from '../../domain/session-preview-input.ts';
import { sessionParams } from './params.ts';
import { type Route, route } from './route.ts';
import {
  sessionPlanOut,
  sessionPlanPreviewOut,
  sessionPlanPreviewShape,
  sessionPlanShape,
} from './shapes/session-plan.ts';

const tag = 'sessions';

/** What plans a session, and what its plan is likely to take. */
export const planRoutes: Route[] = [
  route({
    method: 'post',
    path: '/sessions/preview',
    operationId: 'previewSession',
    summary: 'See by what a session would be planned, and its plan when no planner has to make it',
    tag,
    permission: { name: 'session.create' },
    body: sessionPreviewInput,
    responses: { 200: { description: 'The source and the plan; nothing is kept.', schema: sessionPlanPreviewShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: sessionPlanPreviewOut(await services.plans.preview(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/plan',
    operationId: 'getSessionPlan',
    summary: 'Read where the plan of a session came from and what it is likely to take',
    tag,
    permission: { name: 'read', resource: 'sessions' },
    params: sessionParams,
    responses: {
      200: {
        description: 'The plan; before there is one every part of it is null or empty.',
        schema: sessionPlanShape,
      },
    },
    async handle({ services, actor, params }) {
      return { status: 200, json: sessionPlanOut(await services.plans.get(actor, params.id)) };
    },
  }),
];
