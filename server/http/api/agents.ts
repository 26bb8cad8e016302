import { z } from 'zod';
import { createAgentInput, updateAgentInput } from '../../domain/agent-input.ts';
import { invalidFromZod } from '../../domain/errors.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { agentParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Call, type Route, route } from './route.ts';
import {
  agentAttemptOut,
  agentAttemptShape,
  agentOut,
  agentShape,
  fleetShape,
  performanceOut,
  performanceShape,
} from './shapes/agent.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'agents';
const read = { name: 'read', resource: 'agents' } as const;
const manage = { name: 'agent.manage' } as const;
const answered = { description: 'The agent.', schema: agentShape };
const changed = { description: 'The agent as changed.', schema: agentShape };

/** So many of an agent's newest attempts are listed. */
const newestAttempts = 500;

const drainInput = z.strictObject({ draining: z.boolean({ error: 'Say true or false' }).default(true) });
const noInput = z.strictObject({});

type AgentCall = Call<z.output<typeof agentParams>, unknown>;

/** The fleet as resources; asking who would be chosen is in routing.ts. */
export const agentRoutes: Route[] = [
  route({
    method: 'get',
    path: '/agents',
    operationId: 'listAgents',
    summary: 'List agents with their load and performance',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of agents.', schema: listOf(agentShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.agents.list(actor), pageOf(query)), agentOut) };
    },
  }),
  route({
    method: 'post',
    path: '/agents',
    operationId: 'createAgent',
    summary: 'Register an agent, on our own OpenCode or on an enrolled server',
    tag,
    permission: manage,
    body: createAgentInput,
    responses: { 201: { description: 'The agent as registered.', schema: agentShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: agentOut(await services.agents.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/agents/stats',
    operationId: 'countAgents',
    summary: 'Count the agents by state, tier and type, and their load',
    tag,
    permission: read,
    responses: { 200: { description: 'The counts.', schema: fleetShape } },
    async handle({ services, actor }) {
      return { status: 200, json: await services.agents.stats(actor) };
    },
  }),
  route({
    method: 'get',
    path: '/agents/{id}',
    operationId: 'getAgent',
    summary: 'Read an agent',
    tag,
    permission: read,
    params: agentParams,
    responses: { 200: answered },
    async handle({ services, actor, params }) {
      return { status: 200, json: agentOut(await services.agents.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/agents/{id}',
    operationId: 'updateAgent',
    summary: 'Change an agent; its type stays',
    tag,
    permission: manage,
    params: agentParams,
    body: updateAgentInput,
    versioned: true,
    responses: { 200: changed },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: agentOut(await services.agents.update(actor, params.id, body, { version })) };
    },
  }),
  route({
    method: 'delete',
    path: '/agents/{id}',
    operationId: 'deleteAgent',
    summary: 'Take an agent off the fleet; its attempts stay readable',
    tag,
    permission: manage,
    params: agentParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.agents.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/agents/{id}/drain',
    operationId: 'drainAgent',
    summary: 'Give an agent no new work, or end that; what it works on goes on',
    tag,
    permission: manage,
    params: agentParams,
    body: drainInput,
    responses: { 200: changed },
    async handle({ services, actor, params, body }) {
      const parsed = drainInput.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return {
        status: 200,
        json: agentOut(await services.agents.setDraining(actor, params.id, parsed.data.draining)),
      };
    },
  }),
  enabling('enable', 'enableAgent', 'Let an agent work again; this also ends a drain', true),
  enabling('disable', 'disableAgent', 'Give an agent no work until it is enabled', false),
  route({
    method: 'get',
    path: '/agents/{id}/performance',
    operationId: 'getAgentPerformance',
    summary: 'Read what the attempts have shown of an agent',
    tag,
    permission: read,
    params: agentParams,
    responses: { 200: { description: 'The whole record.', schema: performanceShape } },
    async handle({ services, actor, params }) {
      const agent = await services.agents.get(actor, params.id);
      return { status: 200, json: performanceOut(agent, await services.agents.record(actor, agent.id)) };
    },
  }),
  route({
    method: 'get',
    path: '/agents/{id}/attempts',
    operationId: 'listAgentAttempts',
    summary: 'List the newest attempts of an agent',
    tag,
    permission: read,
    params: agentParams,
    query: listQuery,
    responses: { 200: { description: 'A page of attempts.', schema: listOf(agentAttemptShape) } },
    async handle({ services, actor, params, query }) {
      const attempts = await services.agents.attempts(actor, params.id, newestAttempts);
      return { status: 200, json: mapped(cut(attempts, pageOf(query)), agentAttemptOut) };
    },
  }),
];

function enabling(name: string, operationId: string, summary: string, enabled: boolean): Route {
  return route({
    method: 'post',
    path: `/agents/{id}/${name}`,
    operationId,
    summary,
    tag,
    permission: manage,
    params: agentParams,
    body: noInput,
    responses: { 200: changed },
    async handle({ services, actor, params, body }: AgentCall) {
      const parsed = noInput.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return { status: 200, json: agentOut(await services.agents.setEnabled(actor, params.id, enabled)) };
    },
  });
}
