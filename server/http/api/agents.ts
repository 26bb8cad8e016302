import { cut, mapped, pageOf } from './paging.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { agentOut, agentShape } from './shapes/agent.ts';
import { listOf } from './shapes/fields.ts';

export const agentRoutes: Route[] = [
  route({
    method: 'get',
    path: '/agents',
    operationId: 'listAgents',
    summary: 'List agents with their load and performance',
    tag: 'agents',
    permission: { name: 'read', resource: 'agents' },
    query: listQuery,
    responses: { 200: { description: 'A page of agents.', schema: listOf(agentShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.agents.list(actor), pageOf(query)), agentOut) };
    },
  }),
];
