import { createRepositoryInput, updateRepositoryInput } from '../../domain/repository.ts';
import { mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { registeredShape, repositoryOut, repositoryShape } from './shapes/repository.ts';

const tag = 'repositories';
const read = { name: 'read', resource: 'repositories' } as const;
const manage = { name: 'repository.manage' } as const;

export const repositoryRoutes: Route[] = [
  route({
    method: 'get',
    path: '/repositories',
    operationId: 'listRepositories',
    summary: 'List repositories',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of repositories.', schema: listOf(repositoryShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(await services.repositories.list(actor, pageOf(query)), repositoryOut) };
    },
  }),
  route({
    method: 'post',
    path: '/repositories',
    operationId: 'createRepository',
    summary: 'Register a repository by path, by git URL, or the bundled sample',
    tag,
    permission: manage,
    body: createRepositoryInput,
    responses: { 201: { description: 'The repository as registered.', schema: registeredShape } },
    async handle({ services, actor, body }) {
      const registered = await services.repositories.create(actor, body);
      return { status: 201, json: { ...repositoryOut(registered), warning: registered.warning } };
    },
  }),
  route({
    method: 'get',
    path: '/repositories/{id}',
    operationId: 'getRepository',
    summary: 'Read a repository',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The repository.', schema: repositoryShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: repositoryOut(await services.repositories.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/repositories/{id}',
    operationId: 'updateRepository',
    summary: 'Change a repository',
    tag,
    permission: manage,
    params: idParams,
    body: updateRepositoryInput,
    versioned: true,
    responses: { 200: { description: 'The repository as changed.', schema: repositoryShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: repositoryOut(await services.repositories.update(actor, params.id, body, version)) };
    },
  }),
  route({
    method: 'delete',
    path: '/repositories/{id}',
    operationId: 'deleteRepository',
    summary: 'Take a repository off the list',
    tag,
    permission: manage,
    params: idParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.repositories.remove(actor, params.id);
      return { status: 204 };
    },
  }),
];
