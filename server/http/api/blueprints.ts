import { z } from 'zod';
import { blueprintImport } from '../../domain/blueprint-import.ts';
import { blueprintPreviewInput, blueprintTextInput, saveGraphInput } from '../../domain/blueprint-input.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { sessionParams } from './params.ts';
import { listQuery, one } from './query.ts';
import { type Route, route } from './route.ts';
import { blueprintOut, blueprintShape, blueprintSummaryOut, blueprintSummaryShape } from './shapes/blueprint.ts';
import { listOf, record } from './shapes/fields.ts';
import { planPreviewOut, planPreviewShape } from './shapes/plan.ts';

const tag = 'blueprints';
const read = { name: 'read', resource: 'blueprints' } as const;
const manage = { name: 'blueprint.manage' } as const;
const yamlType = 'application/yaml';

const keyParams = z.strictObject({
  key: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
    .describe('Key of the blueprint.'),
});

export const blueprintRoutes: Route[] = [
  route({
    method: 'get',
    path: '/blueprints',
    operationId: 'listBlueprints',
    summary: 'List the catalogue: built in, written here, imported',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of blueprints.', schema: listOf(blueprintSummaryShape) } },
    async handle({ services, actor, query }) {
      const page = cut(await services.blueprints.list(actor), pageOf(query));
      return { status: 200, json: mapped(page, blueprintSummaryOut) };
    },
  }),
  route({
    method: 'post',
    path: '/blueprints',
    operationId: 'createBlueprint',
    summary: 'Take a blueprint, or a new version of one, into the catalogue from its YAML',
    tag,
    permission: manage,
    body: blueprintTextInput,
    responses: { 201: { description: 'The blueprint as it stands in the catalogue.', schema: blueprintShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: blueprintOut(await services.blueprints.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/blueprints/schema',
    operationId: 'getBlueprintSchema',
    summary: 'The JSON Schema of a blueprint file',
    tag,
    permission: read,
    responses: { 200: { description: 'A JSON Schema (draft 2020-12).', schema: record } },
    async handle({ services }) {
      return { status: 200, json: services.blueprints.schema() };
    },
  }),
  route({
    method: 'post',
    path: '/blueprints/preview',
    operationId: 'previewBlueprint',
    summary: 'Plan with a blueprint, or with a YAML that is not kept, without starting anything',
    tag,
    permission: read,
    body: blueprintPreviewInput,
    responses: { 200: { description: 'The plan, with what it is likely to take.', schema: planPreviewShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: planPreviewOut(await services.blueprints.preview(actor, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/blueprints/import',
    operationId: 'importBlueprints',
    summary: 'Take blueprints from a folder of the server, a git repository or an HTTPS registry: all or none',
    tag,
    permission: manage,
    body: blueprintImport,
    responses: {
      201: { description: 'What was taken, as it stands in the catalogue.', schema: listOf(blueprintShape) },
    },
    async handle({ services, actor, body }) {
      const items = (await services.blueprints.import(actor, body)).map(blueprintOut);
      return { status: 201, json: { items, nextCursor: null, total: items.length } };
    },
  }),
  route({
    method: 'get',
    path: '/blueprints/{key}',
    operationId: 'getBlueprint',
    summary: 'Read a blueprint; with Accept: application/yaml its file alone',
    tag,
    permission: read,
    params: keyParams,
    query: { version: one(z.string().min(1).max(40), 'This version rather than the current one.') },
    responses: { 200: { description: 'The blueprint.', schema: blueprintShape, also: [yamlType] } },
    async handle({ services, actor, params, query, accepts }) {
      const blueprint = await services.blueprints.get(actor, params.key, query.version);
      if (accepts === yamlType) return { status: 200, text: blueprint.yaml, type: `${yamlType}; charset=utf-8` };
      return { status: 200, json: blueprintOut(blueprint) };
    },
  }),
  route({
    method: 'delete',
    path: '/blueprints/{key}',
    operationId: 'deleteBlueprint',
    summary: "Take a blueprint of the team's own off the catalogue, with all its versions",
    tag,
    permission: manage,
    params: keyParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.blueprints.remove(actor, params.key);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/blueprint',
    operationId: 'saveSessionAsBlueprint',
    summary: "Save a session's graph as a blueprint",
    tag,
    permission: manage,
    params: sessionParams,
    body: saveGraphInput,
    responses: { 201: { description: 'The blueprint as it stands in the catalogue.', schema: blueprintShape } },
    async handle({ services, actor, params, body }) {
      return { status: 201, json: blueprintOut(await services.blueprints.fromSession(actor, params.id, body)) };
    },
  }),
];
