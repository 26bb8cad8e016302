interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** The smallest value that a JSON schema of the API's document takes, as far as the schema says what it takes. */
export function sampleOf(given: object, document: object): unknown {
  const schema = given as Schema;
  if (schema.$ref !== undefined) {
    const found = schema.$ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, word) => Reflect.get(Object(at), word), document);
    return sampleOf(Object(found), document);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf)?.[0];
  if (choice !== undefined) return sampleOf(choice, document);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties !== undefined) {
    const required = schema.required ?? [];
    const names = required.length > 0 ? required : Object.keys(schema.properties ?? {}).slice(0, 1);
    return Object.fromEntries(names.map((name) => [name, sampleOf(schema.properties?.[name] ?? {}, document)]));
  }
  if (type === 'array')
    return Array.from({ length: schema.minItems ?? 1 }, () => sampleOf(schema.items ?? {}, document));
  if (type === 'integer' || type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (type === 'boolean') return true;
  return textOf(schema);
}

function textOf({ format, minLength = 1 }: Schema): string {
  if (format === 'uuid') return '00000000-0000-4000-8000-00000000beef';
  if (format === 'date-time') return '2099-01-01T00:00:00.000Z';
  return 'a@example.com'.padEnd(minLength, '.');
}
