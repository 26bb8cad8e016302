import { expect, test } from 'vitest';
import { lineIn, originWords, spanOfLine, underOwnKey } from './blueprint-words.ts';

test('an error leads to its line, wherever it names it', () => {
  expect(lineIn('Line 12, column 3: a key twice')).toBe(12);
  expect(lineIn('tasks.3.title: Needs a verb (line 40)')).toBe(40);
  expect(lineIn('The outline is too long')).toBeNull();
});

test('the span of a line is the line, and never outside the text', () => {
  const text = 'one\ntwo\n\nfour';
  const lineAt = (line: number) => {
    const { start, end } = spanOfLine(text, line);
    return text.slice(start, end);
  };
  expect([1, 2, 3, 4, 9].map(lineAt)).toEqual(['one', 'two', '', 'four', 'four']);
});

test('a copy has a key of its own and is otherwise the same', () => {
  expect(underOwnKey('key: bug_fix\nname: Bug fix\ntasks:\n  - key: fix\n', 'bug_fix')).toBe(
    'key: bug_fix_of_ours\nname: Bug fix\ntasks:\n  - key: fix\n',
  );
});

test('an origin names what one needs to find it again', () => {
  expect(
    originWords({ kind: 'git', url: 'https://x.test/y', ref: 'main', commit: 'a'.repeat(40), path: 'b.yaml' }),
  ).toBe('git https://x.test/y at aaaaaaa, b.yaml');
  expect(originWords({ kind: 'session', sessionId: 's', slug: 'IND-7' })).toBe('of session IND-7');
});
