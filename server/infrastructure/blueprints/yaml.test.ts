import { expect, test } from 'vitest';
import { builtInBlueprints } from '../../domain/built-in-blueprints.ts';
import { writeYaml } from './write-yaml.ts';
import { readYaml } from './yaml.ts';

const nine = (text: string) => Array.from({ length: 9 }, () => text).join(', ');
const bomb = `a: &a [${nine('x')}]\n${[...'bcdefghi'].map((name, place) => `${name}: &${name} [${nine(`*${'abcdefgh'[place]}`)}]`).join('\n')}`;

test.each([
  ['a flow sequence that never ends', 'a: [1\nb: 2', 2, 1, /end with a \]/],
  ['a tab', 'a:\n\t- b', 2, 1, /[Tt]ab/],
  ['a key twice', 'a: 1\nb: 2\na: 3', 3, 1, /unique/],
  ['a tag', 'a: !!binary x', 1, 4, /Tags are not taken: !!binary/],
  ['a tag on a list', 'a: 1\nb: !x [1]', 2, 4, /Tags are not taken: !x/],
  ['a tag on a block', '- !x |\n  y', 1, 3, /Tags are not taken/],
  ['a directive', '%YAML 1.1\n---\na: 1', 1, 1, /Directives/],
  ['a second document', 'a: 1\n---\nb: 2', 2, 1, /more than one document/],
  ['an alias without an anchor', 'a: 1\nb: *c', 2, 4, /aliases/],
  ['a bomb of aliases', bomb, 9, 40, /aliases unfold/],
  ['a list within itself', 'a: &a [*a]', 1, 8, /aliases nest/],
  ['a mapping within itself', 'a: &a\n  b: *a\n', 2, 6, /aliases nest/],
  ['deep lists', `a: ${'['.repeat(60_000)}`, 1, 24, /20 levels/],
  ['deep entries', `a:\n  ${'- '.repeat(60_000)}`, 2, 43, /20 levels/],
  [
    'a thousand keys and one',
    Array.from({ length: 1_001 }, (_, place) => `k${place}: 1`).join('\n'),
    1,
    1,
    /1000 entries/,
  ],
  [
    'a mass of values',
    Array.from({ length: 900 }, (_, place) => `k${place}: [${Array.from({ length: 30 }, () => 1).join(',')}]`).join(
      '\n',
    ),
    1,
    1,
    /20,000 values/,
  ],
])('%s is refused with its place', (_, text, line, column, reason) => {
  let thrown: unknown;
  try {
    readYaml(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    code: 'INVALID',
    details: [{ path: 'yaml', message: expect.stringMatching(reason) }],
  });
  const [issue] = (thrown as { details: { line: number; column: number; message: string }[] }).details;
  expect(issue?.message).toContain(`Line ${issue?.line}, column ${issue?.column}: `);
  // The value of a mass stands anywhere in it.
  if (!reason.test('20,000 values')) expect([issue?.line, issue?.column]).toEqual([line, column]);
});

test('a text of more than 256 KiB is refused, also when its characters are fewer', () => {
  expect(() => readYaml(`# ${'x'.repeat(262_140)}\n`)).not.toThrow();
  expect(() => readYaml(`# ${'x'.repeat(262_150)}\n`)).toThrow(/256 KiB/);
  expect(() => readYaml(`# ${'é'.repeat(140_000)}\n`)).toThrow(/256 KiB/);
});

test('aliases in measure are followed', () => {
  const text = `v: &v [npm test]\ntasks:\n${Array.from({ length: 60 }, () => '  - { run: *v }').join('\n')}`;
  const { value } = readYaml(text);
  expect((value as { tasks: unknown[] }).tasks[59]).toEqual({ run: ['npm test'] });
});

const text = `key: a
version: 1.10
tasks:
  - key: one
    dependsOn:
      - { key: two, type: x }
  - &b
    key: two
  - *b
`;

test.each([
  [['version'], 2, 1],
  [['tasks'], 3, 1],
  [['tasks', 0], 4, 5],
  [['tasks', 0, 'dependsOn', 0, 'type'], 6, 21],
  [['tasks', 0, 'dependsOn', 0, 'missing'], 6, 9],
  [['tasks', 0, 'dependsOn', 7], 5, 5],
  [['tasks', 2, 'key'], 8, 5],
  [['nothing', 'here'], 1, 1],
  [[], 1, 1],
])('the place of %j is line %i, column %i', (path, line, column) => {
  expect(readYaml(text).placeOf(path)).toEqual({ line, column });
});

test('a scalar is told as it was written', () => {
  expect(readYaml(text).writtenAt(['version'])).toBe('1.10');
  expect(readYaml(text).writtenAt(['tasks'])).toBeNull();
  expect(readYaml(text).writtenAt(['nothing'])).toBeNull();
});

test('nothing at all is read as nothing', () => {
  expect(readYaml('').value).toBeNull();
  expect(readYaml('').placeOf(['key'])).toEqual({ line: 1, column: 1 });
});

test.each(builtInBlueprints)('$key is written so that it reads back as it is', (blueprint) => {
  expect(readYaml(writeYaml(blueprint)).value).toEqual(blueprint);
});

test('texts that look like something else are written so that they stay texts', () => {
  const value = {
    odd: [
      'yes',
      'null',
      '1.10',
      '0x10',
      '{{ hours }}',
      '- a',
      '# b',
      'a: b',
      ' c ',
      '',
      '*x',
      '&y',
      '!z',
      '%',
      '`',
      "it's",
      'a\nb\n',
    ],
    twice: [{ a: 1 }, { a: 1 }],
    long: 'word '.repeat(60).trim(),
  };
  expect(readYaml(writeYaml(value)).value).toEqual(value);
});
