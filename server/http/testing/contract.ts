import { z } from 'zod';

type Json = Record<string, unknown>;

/** Judges real answers by the OpenAPI document alone, as a client that was generated from it would. */
export function createContract(document: Json) {
  const { schemas } = document.components as { schemas: Json };
  const definitions = relinked(schemas) as Record<string, z.core.JSONSchema.JSONSchema>;
  const parsers = new Map<string, z.ZodType>();

  function operationOf(method: string, path: string): { template: string; responses: Record<string, Json> } | null {
    for (const [template, operations] of Object.entries(document.paths as Record<string, Json>)) {
      const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      const operation = operations[method.toLowerCase()] as { responses: Record<string, Json> } | undefined;
      // A fixed path is listed before the one with a parameter in its place.
      if (operation && pattern.test(path)) return { template, responses: operation.responses };
    }
    return null;
  }

  return {
    /** Throws when the document does not allow this answer. */
    judge(method: string, path: string, status: number, body: unknown): void {
      const operation = operationOf(method, path);
      if (operation === null) throw new Error(`${method} ${path} is not in the document`);
      const response = operation.responses[String(status)];
      if (response === undefined) throw new Error(`${method} ${operation.template} does not document ${status}`);
      const content = response.content as Record<string, { schema: Json }> | undefined;
      if (content === undefined) {
        if (body !== null) throw new Error(`${method} ${operation.template} ${status} documents no body`);
        return;
      }
      const schema = content['application/json']?.schema;
      if (schema === undefined) throw new Error(`${method} ${operation.template} ${status} documents no JSON`);
      const key = `${method} ${operation.template} ${status}`;
      const parser = parsers.get(key) ?? z.fromJSONSchema({ ...(relinked(schema) as Json), $defs: definitions });
      parsers.set(key, parser);
      const parsed = parser.safeParse(body);
      if (!parsed.success) throw new Error(`${key}: ${z.prettifyError(parsed.error)}\n${JSON.stringify(body)}`);
    },
  };
}

function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/components/schemas/', '#/$defs/')]
        : [key, relinked(inner)],
    ),
  );
}
