import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalPath, overlap, parseGlob } from './globs.ts';
import { admit, collidingGlobs, collisionsOf, writeSetOf } from './path-leases.ts';

const meet = (a: string, b: string) => collidingGlobs([a], [b]).length > 0;

test.each([
  ['src/a.ts', 'src/a.ts', true],
  ['src/a.ts', 'src/b.ts', false],
  ['src/**', 'src/deep/b.ts', true],
  ['src/**', 'test/b.ts', false],
  ['src/*.ts', 'src/a.ts', true],
  ['src/*.ts', 'src/deep/a.ts', false],
  ['**/*.ts', 'README.md', false],
  ['**/*.ts', 'src/**', true],
  ['src/?.ts', 'src/a.ts', true],
  ['src/?.ts', 'src/ab.ts', false],
  ['src/{a,b}.ts', 'src/b.ts', true],
  ['src/{a,b}.ts', 'src/c.ts', false],
  ['{src,test}/**', 'test/x', true],
  ['src', 'src/a.ts', true],
  ['src/', 'src/deep/a.ts', true],
  ['./src/a.ts', '/src/a.ts', true],
  ['src', 'src-other/a.ts', false],
  ['a*c', 'ab*', true],
  ['a*c', 'b*', false],
  ['[ab].ts', 'a.ts', true],
  ['\\*.ts', 'a.ts', false],
  ['!src/**', 'src/a.ts', false],
  ['**', 'anything/at/all', true],
])('the globs %s and %s meet: %s', (a, b, expected) => {
  expect(meet(a, b)).toBe(expected);
  expect(meet(b, a)).toBe(expected);
});

// The reference: every path over a small alphabet, matched by a regular expression. Two globs with a doubled star each have
// at most two segments of their own, so four segments are enough for a path both name.
const alphabet = ['a', 'b'];
const segments = [...alphabet, ...alphabet.flatMap((one) => alphabet.map((two) => one + two))];
const paths = [1, 2, 3, 4].flatMap((depth) => {
  let found = [''];
  for (let at = 0; at < depth; at += 1) found = found.flatMap((path) => segments.map((one) => `${path}/${one}`));
  return found.map((path) => path.slice(1));
});
function expressionOf(glob: string): RegExp {
  const parts = glob
    .split('/')
    .map((segment) => (segment === '**' ? null : segment.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')));
  // A doubled star stands for nothing or any number of whole segments.
  const text = parts.map((part) => (part === null ? '(?:[^/]+/)*' : `${part}/`)).join('');
  return new RegExp(`^${text}$`);
}
// Ending in a wildcard, so that no folder is meant beside what is written.
const segment = fc.oneof(
  fc.constant('**'),
  fc.array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 2 }).map((chars) => chars.join('')),
);
const glob = fc
  .tuple(fc.array(segment, { maxLength: 2 }), fc.constantFrom('*', '?', 'a*', 'b?', '?a', '**'))
  .map(([before, last]) => [...before.map((one) => (one === '**' ? one : one.replace('**', '*'))), last].join('/'));

test('two globs meet exactly when some path is named by both', () => {
  fc.assert(
    fc.property(glob, glob, (a, b) => {
      const one = expressionOf(a);
      const other = expressionOf(b);
      const both = paths.some((path) => one.test(`${path}/`) && other.test(`${path}/`));
      expect(parseGlob(a).some((left) => parseGlob(b).some((right) => overlap(left, right)))).toBe(both);
    }),
    { numRuns: 400 },
  );
});

test('a glob meets the path it names and no other', () => {
  fc.assert(
    fc.property(glob, fc.constantFrom(...paths), (pattern, path) => {
      const named = expressionOf(pattern).test(`${path}/`);
      expect(parseGlob(pattern).some((one) => overlap(one, literalPath(path)))).toBe(named);
    }),
  );
});

test('braces past any bound count as everything instead of being spelled out', () => {
  expect(meet(Array.from({ length: 12 }, () => '{a,b}').join(''), 'zzz.ts')).toBe(true);
});

const claim = (id: string, ...globs: string[]) => ({ id, title: `Add ${id}`, globs });

test('waiters are let in by arrival: nobody overtakes one that waits for the same path', () => {
  const answers = admit(
    [claim('h', 'src/a.ts')],
    [claim('w1', 'src/*'), claim('w2', 'src/b.ts'), claim('w3', 'docs/x.md'), claim('w4', 'docs/**')],
  );
  expect(answers.get('w1')).toMatchObject({ glob: 'src/*', heldBy: { id: 'h' } });
  expect(answers.get('w2')).toMatchObject({ heldBy: { id: 'w1' } });
  expect(answers.get('w3')).toBeNull();
  expect(answers.get('w4')).toMatchObject({ heldBy: { id: 'w3' } });
});

test('whoever is let in meets no holder, and somebody is always let in when nobody holds', () => {
  const claims = fc.array(fc.array(glob, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(claims, (lists) => {
      const waiters = lists.map((globs, place) => claim(`w${place}`, ...globs));
      const answers = admit([], waiters);
      const inside = waiters.filter(({ id }) => answers.get(id) === null);
      expect(inside[0]?.id).toBe('w0');
      for (const one of inside)
        for (const other of inside) if (one !== other) expect(collidingGlobs(one.globs, other.globs)).toEqual([]);
    }),
  );
});

test('a plan shows the pairs that may run at the same time and announce the same paths', () => {
  const tasks = ['a', 'b', 'c', 'd'].map((key) => ({ key, writes: key === 'd' ? [] : ['src/x.ts'] }));
  const chain = [
    { from: 'a', to: 'd', type: 'finish_to_start' as const },
    { from: 'd', to: 'b', type: 'finish_to_start' as const },
    { from: 'a', to: 'c', type: 'start_to_start' as const },
  ];
  expect(collisionsOf(tasks, chain).map(({ first, second }) => [first, second])).toEqual([
    ['a', 'c'],
    ['b', 'c'],
  ]);
  expect(
    collisionsOf(
      [
        { key: 'a', predictedWrites: ['x.ts'] },
        { key: 'b', writes: ['x.ts'] },
      ],
      [],
    ),
  ).toHaveLength(1);
});

test('evidence tells what was written unannounced and what was announced in vain', () => {
  expect(writeSetOf(['src/**', 'docs/x.md'], ['test/*.ts'], ['src/a.ts', 'package.json'])).toEqual({
    declared: ['src/**', 'docs/x.md'],
    predicted: ['test/*.ts'],
    unannounced: ['package.json'],
    untouched: ['docs/x.md', 'test/*.ts'],
  });
});
