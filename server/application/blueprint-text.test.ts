import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expandDefinition } from '../domain/blueprint.ts';
import { readYaml } from '../infrastructure/blueprints/yaml.ts';
import { parseBlueprint } from './blueprint-text.ts';

const example = () => {
  const page = readFileSync(new URL('../../docs/blueprints.md', import.meta.url), 'utf8');
  return /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
};

test('the example of the documentation is a blueprint and plans as it says', () => {
  const blueprint = parseBlueprint(readYaml, example());
  const plan = expandDefinition(blueprint, { level: 'strict' }, { title: 'The sum', prompt: '' });
  expect(plan).toMatchObject([
    { key: 'build', title: 'Implement: The sum', estimate: { likely: 4.5 }, writes: ['src/api/**'] },
    { key: 'test', title: 'Test the endpoint: The sum', capabilities: ['test_generation'], verification: ['npm test'] },
  ]);
});

test('every fault of the file itself is told at its own line', () => {
  const text = example().replace('version: "1"', 'colour: red').replace('default: 6', 'default: six');
  expect(() => parseBlueprint(readYaml, text)).toThrow(
    expect.objectContaining({
      details: [
        expect.objectContaining({ path: 'version', line: 1 }),
        expect.objectContaining({
          path: 'parameters.0.default',
          line: 5,
          message: 'Line 5, column 33: The default must be a number',
        }),
        expect.objectContaining({ path: 'colour', line: 3 }),
      ],
    }),
  );
});

test('a mapping of another kind and a text without a mapping are refused', () => {
  expect(() => parseBlueprint(readYaml, '- a\n- b\n')).toThrow(/Line 1, column 1/);
  expect(() => parseBlueprint(readYaml, '')).toThrow(/Line 1, column 1/);
});
