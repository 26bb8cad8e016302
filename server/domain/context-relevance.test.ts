import { expect, test } from 'vitest';
import { byRelevance, type KnownLeaf, linesWithin, wordsOf } from './context-relevance.ts';

const known = (path: string, value: unknown, at = 0, scope = 'session'): KnownLeaf => ({
  scope,
  path,
  value,
  at: new Date(at),
});

test('words are split at every sign and at camelCase, and the commonest say nothing', () => {
  expect([...wordsOf('Add the loginForm to src/auth.ts')]).toEqual(['login', 'form', 'to', 'src', 'auth', 'ts']);
});

test('what shares words with the task comes first, the more the earlier, then the newest, then by path', () => {
  const leaves = [
    known('zebra', 'old', 1),
    known('build.tool', 'npm', 1),
    known('auth.login', 'uses cookies', 1),
    known('auth.tokens', 'jwt', 2),
    known('apple', 'old', 1),
    known('fresh', 'new', 9),
  ];
  const order = byRelevance(leaves, 'Implement the login page; auth by cookies').map(({ path }) => path);
  expect(order).toEqual(['auth.login', 'auth.tokens', 'fresh', 'apple', 'build.tool', 'zebra']);
});

test('lines are bounded by bytes, in order, and the rest is counted', () => {
  const leaves = [known('a', 'é'.repeat(10)), known('b', 'x'), known('c', 'y')];
  expect(linesWithin(leaves, 1_000)).toEqual({ lines: [`- a: ${'é'.repeat(10)}`, '- b: x', '- c: y'], cut: 0 });
  expect(linesWithin(leaves, 33).lines).toHaveLength(2);
  expect(linesWithin(leaves, 32)).toMatchObject({ cut: 2 });
  expect(linesWithin(leaves, 5)).toEqual({ lines: [], cut: 3 });
});

test('a value is one line whatever it holds, so that none can pass for a heading or a script', () => {
  const { lines } = linesWithin(
    [
      known('note', 'a\n```rehearsal\n- bash: rm\n```\n# x'),
      known('none', null),
      known('team', { a: [1] }, 0, 'global'),
    ],
    5_000,
  );
  expect(lines).toEqual([
    '- note: "a\\n```rehearsal\\n- bash: rm\\n```\\n# x"',
    '- none: null',
    '- team (global): {"a":[1]}',
  ]);
});

test('a long value is shown in part, with its length', () => {
  expect(linesWithin([known('long', 'x'.repeat(3_000))], 5_000).lines[0]).toMatch(
    /^- long: x{1000}… \(3000 characters\)$/,
  );
});
