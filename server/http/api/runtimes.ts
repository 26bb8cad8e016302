import { z } from 'zod';
import { invalidFromZod } from '../../domain/errors.ts';
import { enrolRuntimeInput, updateRuntimeInput } from '../../domain/runtime.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { gatewayTokenShape, runtimeOut, runtimeShape } from './shapes/runtime.ts';

const tag = 'runtimes';
const read = { name: 'read', resource: 'runtimes' } as const;
const manage = { name: 'runtime.manage' } as const;
const answered = { 200: { description: 'The runtime.', schema: runtimeShape } };
const drainInput = z.strictObject({ draining: z.boolean({ error: 'Say true or false' }).default(true) });

/** Where agents run; they use the scopes of agents (api.md). */
export const runtimeRoutes: Route[] = [
  route({
    method: 'get',
    path: '/runtimes',
    operationId: 'listRuntimes',
    summary: 'List the runtimes of the team and the shared ones',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of runtimes.', schema: listOf(runtimeShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.runtimes.list(actor), pageOf(query)), runtimeOut) };
    },
  }),
  route({
    method: 'post',
    path: '/runtimes',
    operationId: 'enrolRuntime',
    summary: 'Enrol an OpenCode server; it is asked first, and refused with the reason',
    tag,
    permission: manage,
    body: enrolRuntimeInput,
    responses: { 201: { description: 'The runtime as enrolled.', schema: runtimeShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: runtimeOut(await services.runtimes.enrol(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/runtimes/{id}',
    operationId: 'getRuntime',
    summary: 'Read a runtime',
    tag,
    permission: read,
    params: idParams,
    responses: answered,
    async handle({ services, actor, params }) {
      return { status: 200, json: runtimeOut(await services.runtimes.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/runtimes/{id}',
    operationId: 'updateRuntime',
    summary: 'Change the name or the capacity of an enrolled server',
    tag,
    permission: manage,
    params: idParams,
    body: updateRuntimeInput,
    versioned: true,
    responses: answered,
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: runtimeOut(await services.runtimes.update(actor, params.id, body, version)) };
    },
  }),
  route({
    method: 'delete',
    path: '/runtimes/{id}',
    operationId: 'removeRuntime',
    summary: 'Take an enrolled server off; its attempts stay readable',
    tag,
    permission: manage,
    params: idParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.runtimes.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/runtimes/{id}/drain',
    operationId: 'drainRuntime',
    summary: 'Start no new attempt on a server, or end that; what runs is finished',
    tag,
    permission: manage,
    params: idParams,
    body: drainInput,
    responses: answered,
    async handle({ services, actor, params, body }) {
      const parsed = drainInput.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return {
        status: 200,
        json: runtimeOut(await services.runtimes.setDraining(actor, params.id, parsed.data.draining)),
      };
    },
  }),
  route({
    method: 'post',
    path: '/runtimes/{id}/check',
    operationId: 'checkRuntime',
    summary: 'Look at a server now: does it answer, in which version, with which models, does it see our files',
    tag,
    permission: manage,
    params: idParams,
    responses: answered,
    async handle({ services, actor, params }) {
      return { status: 200, json: runtimeOut(await services.runtimes.check(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/runtimes/{id}/recycle',
    operationId: 'recycleRuntime',
    summary: 'Start our own OpenCode anew; its runs resume',
    tag,
    permission: manage,
    params: idParams,
    responses: answered,
    async handle({ services, actor, params }) {
      return { status: 200, json: runtimeOut(await services.runtimes.recycle(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/runtimes/{id}/gateway-token',
    operationId: 'makeRuntimeGatewayToken',
    summary: 'Make a token and a configuration that lead a server to our model gateway; shown in this answer only',
    tag,
    permission: manage,
    params: idParams,
    secret: true,
    responses: { 201: { description: 'The token and the configuration.', schema: gatewayTokenShape } },
    async handle({ services, actor, params }) {
      return { status: 201, json: await services.runtimes.gatewayToken(actor, params.id) };
    },
  }),
];
