import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { blueprintJsonSchema } from './blueprint-schema.ts';
import { builtInBlueprints } from './built-in-blueprints.ts';

const schema = z.fromJSONSchema(blueprintJsonSchema() as z.core.JSONSchema.JSONSchema);
const plain = { key: 'a', name: 'A', version: '1', tasks: [{ key: 'a', title: 'Add a' }] };
const withTask = (fields: object) => ({ ...plain, tasks: [{ ...plain.tasks[0], ...fields }] });

test('the published file is the schema of this program', () => {
  const published = readFileSync(new URL('../../docs/blueprint.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(blueprintJsonSchema())));
});

test.each(builtInBlueprints)('$key is valid by the schema alone', (blueprint) => {
  expect(schema.safeParse(blueprint).error).toBeUndefined();
});

test.each([
  ['expressions for numbers', withTask({ estimate: { likely: '{{ hours / 2 }}', pessimistic: 9 } })],
  ['an expression for yes or no', withTask({ optional: '{{ small }}' })],
  ['an expression for a choice', withTask({ dependsOn: [{ key: 'b', type: '{{ how }}' }] })],
  ['a version that is a number', { ...plain, version: 2 }],
])('%s is valid', (_, file) => {
  expect(schema.safeParse(file).error).toBeUndefined();
});

test.each([
  ['no tasks', { ...plain, tasks: undefined }],
  ['201 tasks', { ...plain, tasks: Array.from({ length: 201 }, () => plain.tasks[0]) }],
  ['an unknown field', { ...plain, colour: 'red' }],
  ['an unknown field of a task', withTask({ colour: 'red' })],
  ['an unknown capability', withTask({ capabilities: ['magic'] })],
  ['a text for hours', withTask({ estimate: { likely: 'many' } })],
  ['hours below nothing', withTask({ estimate: { likely: -1 } })],
  ['an unknown kind of dependency', withTask({ dependsOn: [{ key: 'b', type: 'sometime' }] })],
])('%s is not valid', (_, file) => {
  expect(schema.safeParse(JSON.parse(JSON.stringify(file))).success).toBe(false);
});
