import { createTeamInput, updateTeamInput } from '../../domain/team.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { teamOut, teamShape } from './shapes/team.ts';

const tag = 'teams';
const read = { name: 'read', resource: 'teams' } as const;
const manage = { name: 'team.manage' } as const;

export const teamRoutes: Route[] = [
  route({
    method: 'get',
    path: '/teams',
    operationId: 'listTeams',
    summary: 'List the teams you belong to, with what you are in each',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of teams.', schema: listOf(teamShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.teams.list(actor), pageOf(query)), teamOut) };
    },
  }),
  route({
    method: 'post',
    path: '/teams',
    operationId: 'createTeam',
    summary: 'Make a team with a fleet of its own; you are its admin',
    tag,
    permission: manage,
    body: createTeamInput,
    responses: { 201: { description: 'The team.', schema: teamShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: teamOut(await services.teams.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/teams/{id}',
    operationId: 'getTeam',
    summary: 'Read a team you belong to',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The team.', schema: teamShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: teamOut(await services.teams.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/teams/{id}',
    operationId: 'updateTeam',
    summary: 'Change a team’s name, quotas and rules',
    tag,
    permission: manage,
    params: idParams,
    body: updateTeamInput,
    versioned: true,
    responses: { 200: { description: 'The team as changed.', schema: teamShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: teamOut(await services.teams.update(actor, params.id, body, version)) };
    },
  }),
];
