import { cut, mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { attemptOut, attemptShape, routingOut, routingShape } from './shapes/attempt.ts';
import { listOf } from './shapes/fields.ts';
import { graphOut, graphShape } from './shapes/graph.ts';
import { taskOut, taskShape } from './shapes/task.ts';

const tag = 'tasks';
const permission = { name: 'read', resource: 'sessions' } as const;

/** Tasks, their graph, their attempts and why each went to its agent. */
export const taskRoutes: Route[] = [
  route({
    method: 'get',
    path: '/sessions/{id}/tasks',
    operationId: 'listTasks',
    summary: 'List the tasks of a session',
    tag,
    permission,
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of tasks.', schema: listOf(taskShape) } },
    async handle({ services, actor, params, query }) {
      const tasks = await services.tasks.list(actor, params.id);
      return { status: 200, json: mapped(cut(tasks, pageOf(query)), taskOut) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/graph',
    operationId: 'getGraph',
    summary: 'Read the task graph of a session',
    tag,
    permission,
    params: sessionParams,
    responses: { 200: { description: 'The graph.', schema: graphShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: graphOut(await services.tasks.graph(actor, params.id)) };
    },
  }),
  route({
    method: 'get',
    path: '/tasks/{id}',
    operationId: 'getTask',
    summary: 'Read a task',
    tag,
    permission,
    params: idParams,
    responses: { 200: { description: 'The task.', schema: taskShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: taskOut(await services.tasks.get(actor, params.id)) };
    },
  }),
  route({
    method: 'get',
    path: '/tasks/{id}/attempts',
    operationId: 'listAttempts',
    summary: 'List the attempts of a task',
    tag,
    permission,
    params: idParams,
    query: listQuery,
    responses: { 200: { description: 'A page of attempts.', schema: listOf(attemptShape) } },
    async handle({ services, actor, params, query }) {
      const attempts = await services.tasks.attempts(actor, params.id);
      return { status: 200, json: mapped(cut(attempts, pageOf(query)), attemptOut) };
    },
  }),
  route({
    method: 'get',
    path: '/tasks/{id}/routing',
    operationId: 'listRouting',
    summary: 'List the routing decisions of a task',
    tag,
    permission,
    params: idParams,
    query: listQuery,
    responses: { 200: { description: 'A page of decisions.', schema: listOf(routingShape) } },
    async handle({ services, actor, params, query }) {
      const decisions = await services.tasks.routing(actor, params.id);
      return { status: 200, json: mapped(cut(decisions, pageOf(query)), routingOut) };
    },
  }),
];
