import { z } from 'zod';
import { invalidFromZod } from '../../domain/errors.ts';
import {
  addTaskInput,
  assignTaskInput,
  cancelTaskInput,
  decomposeInput,
  editTaskInput,
  waiveInput,
} from '../../domain/task-edit-input.ts';
import { dependencyInput } from '../../domain/task-input.ts';
import { idParams, sessionParams } from './params.ts';
import { type Route, route } from './route.ts';
import { dependencyOut, dependencyShape, taskOut, taskShape } from './shapes/task.ts';

const tag = 'tasks';
const permission = { name: 'session.edit' } as const;
const task = { description: 'The task as it is now.', schema: taskShape };
const dependencyParams = z.strictObject({
  ...idParams.shape,
  dependencyId: idParams.shape.id.describe('Id of the dependency.'),
});
const unlinkInput = z.strictObject({ dependencyId: z.guid('Must be the id of a dependency') });

/** What people change of a graph while its session runs. */
export const taskEditRoutes: Route[] = [
  route({
    method: 'post',
    path: '/sessions/{id}/tasks',
    operationId: 'addTask',
    summary: 'Add a task to the graph of a session',
    tag,
    permission,
    params: sessionParams,
    body: addTaskInput,
    responses: { 201: { description: 'The task.', schema: taskShape } },
    async handle({ services, actor, params, body }) {
      return { status: 201, json: taskOut(await services.taskEdits.add(actor, params.id, body)) };
    },
  }),
  route({
    method: 'patch',
    path: '/tasks/{id}',
    operationId: 'editTask',
    summary: 'Change what is said of a task that is not completed',
    tag,
    permission,
    params: idParams,
    body: editTaskInput,
    versioned: true,
    responses: { 200: task },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: taskOut(await services.taskEdits.edit(actor, params.id, body, { version })) };
    },
  }),
  route({
    method: 'delete',
    path: '/tasks/{id}',
    operationId: 'removeTask',
    summary: 'Take a task off the graph that never ran',
    tag,
    permission,
    params: idParams,
    responses: { 204: { description: 'Taken off, with its dependencies.' } },
    async handle({ services, actor, params }) {
      await services.taskEdits.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/decompose',
    operationId: 'decomposeTask',
    summary: 'Split a task into those given, into a blueprint, or, without either, by a planner',
    tag,
    permission,
    params: idParams,
    body: decomposeInput,
    responses: { 200: task },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: taskOut(await services.taskEdits.decompose(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/retry',
    operationId: 'retryTask',
    summary: 'Let a task go on that failed, was skipped or cancelled',
    tag,
    permission,
    params: idParams,
    responses: { 200: task },
    async handle({ services, actor, params }) {
      return { status: 200, json: taskOut(await services.taskEdits.retry(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/cancel',
    operationId: 'cancelTask',
    summary: 'Cancel a task, whatever it is doing',
    tag,
    permission,
    params: idParams,
    body: cancelTaskInput,
    responses: { 200: task },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: taskOut(await services.taskEdits.cancel(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/assign',
    operationId: 'assignTask',
    summary: 'Name the agent of the next attempt',
    tag,
    permission,
    params: idParams,
    body: assignTaskInput,
    responses: { 200: task },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: taskOut(await services.taskEdits.assign(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/waive',
    operationId: 'waiveProof',
    summary: 'Accept the work of a task without its proof; a lead, with the reason',
    tag,
    permission,
    params: idParams,
    body: waiveInput,
    responses: { 200: task },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: taskOut(await services.taskEdits.waive(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/tasks/{id}/dependencies',
    operationId: 'linkTasks',
    summary: 'Let a task wait for another one',
    tag,
    permission,
    params: idParams,
    body: dependencyInput,
    responses: { 201: { description: 'The dependency.', schema: dependencyShape } },
    async handle({ services, actor, params, body }) {
      return { status: 201, json: dependencyOut(await services.taskEdits.link(actor, params.id, body)) };
    },
  }),
  route({
    method: 'delete',
    path: '/tasks/{id}/dependencies/{dependencyId}',
    operationId: 'unlinkTasks',
    summary: 'Take a dependency of a task away',
    tag,
    permission,
    params: dependencyParams,
    responses: { 204: { description: 'Taken away.' } },
    async handle({ services, actor, params }) {
      await services.taskEdits.unlink(actor, params.id, params.dependencyId);
      return { status: 204 };
    },
  }),
  route({
    method: 'delete',
    path: '/tasks/{id}/dependencies',
    operationId: 'unlinkTasksByBody',
    summary: 'Take the dependency of a task away that the body names',
    tag,
    permission,
    params: idParams,
    body: unlinkInput,
    responses: { 204: { description: 'Taken away.' } },
    async handle({ services, actor, params, body }) {
      const parsed = unlinkInput.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      await services.taskEdits.unlink(actor, params.id, parsed.data.dependencyId);
      return { status: 204 };
    },
  }),
];
