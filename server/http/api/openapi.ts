import { z } from 'zod';
import { errorCodes } from '../../domain/errors.ts';
import type { QueryField } from './query.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** The form of every error (api.md, Errors). */
const errorShape = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(errorCodes),
      message: z.string(),
      details: z.unknown().optional(),
      requestId: z.string(),
      retryable: z.boolean(),
      retryAfterSeconds: z.number().optional(),
    }),
  })
  .meta({ id: 'Error' });

const errorStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID: the body is not JSON.',
  401: 'UNAUTHENTICATED.',
  403: 'FORBIDDEN or APPROVAL_REQUIRED.',
  404: 'NOT_FOUND.',
  405: 'METHOD_NOT_ALLOWED; Allow says which are.',
  409: 'INVALID_TRANSITION, CONFLICT, DEADLOCK or IDEMPOTENCY_IN_PROGRESS.',
  413: 'PAYLOAD_TOO_LARGE: more than 1 MiB.',
  422: 'INVALID: `details` names each field.',
  429: 'RATE_LIMITED or QUOTA_EXCEEDED.',
  500: 'INTERNAL.',
  503: 'UNAVAILABLE or AGENT_UNAVAILABLE.',
};

/** The OpenAPI 3.1 document of the routes, made from the same zod schemas that judge and shape the real traffic. */
export function openApi(routes: readonly Route[], version: string): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenCode Industrial Orchestrator',
      version,
      description:
        'For scripts, agents and tests. A session may be named by its slug wherever its id is. Errors have one form; a list answers `items`, `nextCursor` and `total`.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token from the account page. The login cookie works too for GET.',
        },
      },
    },
  };
}

function operation(route: Route, components: Json): Json {
  const mutation = route.method !== 'get';
  const parameters = [
    ...pathParameters(route),
    ...queryParameters(route, components),
    ...headerParameters(route, mutation),
  ];
  const responses: Record<string, Json> = {};
  for (const [status, response] of Object.entries(route.responses)) {
    const content: Json = {};
    if (response.schema) content['application/json'] = { schema: toJson(response.schema, 'output', components) };
    for (const type of response.also ?? []) content[type] = { schema: { type: 'string' } };
    responses[status] = { description: response.description, ...(Object.keys(content).length > 0 && { content }) };
  }
  const error = toJson(errorShape, 'output', components);
  for (const [status, description] of Object.entries(errorStatuses)) {
    // A read has them only where it says so itself.
    const said = route.responses[Number(status)] !== undefined;
    if (!mutation && !said && ['400', '409', '413'].includes(status)) continue;
    responses[status] = { description, content: { 'application/json': { schema: error } } };
  }
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.open
      ? { security: [] }
      : {
          'x-permission': route.permission.name,
          ...(route.permission.resource && { 'x-resource': route.permission.resource }),
        }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: toJson(route.body, 'input', components) } },
      },
    }),
    responses,
  };
}

function pathParameters(route: Route): Json[] {
  const schema =
    route.params === undefined ? {} : (toJson(route.params, 'input', {}) as { properties?: Record<string, Json> });
  return Object.entries('properties' in schema ? (schema.properties ?? {}) : {}).map(([name, property]) => ({
    name,
    in: 'path',
    required: true,
    schema: property,
  }));
}

function queryParameters(route: Route, components: Json): Json[] {
  return Object.entries(route.query ?? {}).map(([name, field]: [string, QueryField]) => {
    const item = toJson(field.shown ?? field.schema, 'input', components);
    return {
      name,
      in: 'query',
      description: field.description,
      ...(field.repeatable && { style: 'form', explode: true }),
      schema: field.repeatable ? { type: 'array', items: item } : item,
    };
  });
}

function headerParameters(route: Route, mutation: boolean): Json[] {
  const header = (name: string, description: string, pattern?: string) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string', ...(pattern && { pattern }) },
  });
  return [
    ...(route.versioned
      ? [header('If-Match', 'The version you saw; a stale one is CONFLICT.', '^("[0-9]+"|[0-9]+)$')]
      : []),
    ...(mutation ? [header('Idempotency-Key', 'The same key and request within 24 h has one effect.')] : []),
  ];
}

/** A JSON Schema whose named shapes are moved into `components`. */
function toJson(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    },
  }) as Json;
  const { $schema: _, $defs = {}, ...rest } = relinked(made) as Json;
  Object.assign(components, $defs);
  const name = z.globalRegistry.get(schema)?.id;
  if (name === undefined || '$ref' in rest) return rest;
  // A named shape at the top comes inline; it moves to the components like the others.
  const { id: _id, ...shape } = rest;
  components[name] = shape;
  return { $ref: `#/components/schemas/${name}` };
}

function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, relinked(inner)],
    ),
  );
}
