import { z } from 'zod';
import { blueprintSchema, maxPlanTasks, planTaskFields } from './blueprint.ts';

type Json = { [key: string]: unknown };

const template: Json = { type: 'string', pattern: '\\{\\{.*\\}\\}' };

/**
 * The JSON Schema of a blueprint file, for editors and programs; made of the schemas that judge it. Wherever a task takes
 * a number, a choice or a yes or no, it takes an expression in double braces too.
 */
export function blueprintJsonSchema(): object {
  const file = z.toJSONSchema(blueprintSchema, { io: 'input' }) as Json;
  const task = z.toJSONSchema(planTaskFields, { io: 'input' }) as Json;
  const { $schema: _, ...plain } = task;
  const properties = file.properties as Json;
  return {
    ...file,
    title: 'Blueprint',
    description:
      'A plan of tasks. {{ expression }} in a task is replaced: names of parameters, title and prompt of the session, numbers, texts, + - * / ( ), verb(text, prefix), choose(value, key, result, …).',
    properties: {
      ...properties,
      tasks: { type: 'array', minItems: 1, maxItems: maxPlanTasks, items: templated(plain) },
    },
  };
}

function templated(schema: Json): Json {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      if (name === 'properties') {
        const entries = Object.entries(value as Record<string, Json>);
        return [name, Object.fromEntries(entries.map(([key, one]) => [key, templated(one)]))];
      }
      return name === 'items' ? [name, templated(value as Json)] : [name, value];
    }),
  );
  const whole = 'enum' in schema || ['number', 'integer', 'boolean'].includes(String(schema.type));
  if (whole) return { anyOf: [inner, template] };
  // What is replaced may be longer or shorter than the expression.
  if (schema.type !== 'string' || !('pattern' in schema || 'minLength' in schema)) return inner;
  return { anyOf: [inner, template] };
}
