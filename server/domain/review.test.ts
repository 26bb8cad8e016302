import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerptOf, linesOfPatch, placeOf, placeWords, type Thread } from './review.ts';
import { commentInput, reviewInput } from './review-input.ts';
import { promptOf } from './review-prompt.ts';

const patch = `diff --git a/src/sum.js b/src/sum.js
index 1111111..2222222 100644
--- a/src/sum.js
+++ b/src/sum.js
@@ -1,3 +1,4 @@ function
 // adds
-export const sum = (a, b) => a - b
+export const sum = (a, b) => a + b
+export const twice = (a) => sum(a, a)
 // end
@@ -20,2 +21,2 @@
 tail
--- a line that begins with two dashes
+++ and one with two plus signs
\\ No newline at end of file
`;

test('a patch tells the lines of both its sides', () => {
  const lines = linesOfPatch(patch);
  expect([...lines.old]).toEqual([
    [1, '// adds'],
    [2, 'export const sum = (a, b) => a - b'],
    [3, '// end'],
    [20, 'tail'],
    [21, '-- a line that begins with two dashes'],
  ]);
  expect([...lines.new]).toEqual([
    [1, '// adds'],
    [2, 'export const sum = (a, b) => a + b'],
    [3, 'export const twice = (a) => sum(a, a)'],
    [4, '// end'],
    [21, 'tail'],
    [22, '++ and one with two plus signs'],
  ]);
  expect(excerptOf(lines, { side: 'new', start: 2, end: 3 })).toHaveLength(2);
  expect(excerptOf(lines, { side: 'new', start: 4, end: 21 })).toBeNull();
});

const fileOf = (texts: readonly string[], from = 1) => ({
  lines: { old: new Map<number, string>(), new: new Map(texts.map((text, at) => [from + at, text])) },
});
const comment = (start: number, ...excerpt: string[]) => ({
  range: { side: 'new' as const, start, end: start + excerpt.length - 1 },
  excerpt,
  base: 'b',
  head: 'h1',
});
const later = { base: 'b', head: 'h2' };

test.each([
  ['unchanged', ['a', 'b', 'c'], { state: 'current', start: 2 }],
  ['moved down', ['x', 'a', 'b', 'c'], { state: 'moved', start: 3 }],
  ['changed', ['a', 'B', 'c'], { state: 'outdated', start: 2 }],
  ['there twice and gone from its place', ['b', 'c', 'b', 'c'], { state: 'outdated', start: 2 }],
  ['cut short', ['a', 'b'], { state: 'outdated', start: 2 }],
])('a comment on lines that are %s', (_, texts, wanted) => {
  const place = placeOf(comment(2, 'b', 'c'), later, fileOf(texts));
  expect({ state: place.state, start: place.range?.start }).toEqual(wanted);
});

test('a comment is outdated when its file left the change, and current while the very diff stands', () => {
  expect(placeOf(comment(2, 'b'), later, null).state).toBe('outdated');
  expect(placeOf(comment(2, 'b'), { base: 'b', head: 'h1' }, { lines: null }).state).toBe('current');
  expect(placeOf(comment(2, 'b'), later, { lines: null }).state).toBe('outdated');
  expect(placeOf({ ...comment(2), range: null }, later, { lines: null }).state).toBe('current');
});

test('a line whose secret was taken out is still found by the rest of it', () => {
  const kept = comment(1, 'key = "[redacted]"; // mine');
  expect(placeOf(kept, later, fileOf(['key = "abc"; // mine'])).state).toBe('current');
  expect(placeOf(kept, later, fileOf(['token = "abc"; // mine'])).state).toBe('outdated');
});

test('lines that only move never lose their comment', () => {
  const text = fc.string({ minLength: 1, maxLength: 8 }).filter((one) => !one.includes('\n'));
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 12 }), fc.nat(11), fc.nat(30), (lines, pick, shift) => {
      const at = pick % lines.length;
      const place = placeOf(comment(at + 1, lines[at] ?? ''), later, fileOf(lines, 1 + shift));
      expect(place.state).toBe(shift === 0 ? 'current' : 'moved');
      expect(place.range?.start).toBe(at + 1 + shift);
    }),
  );
});

const thread = (over: Partial<Thread> = {}): Thread => ({
  ...comment(2, 'const a = `x`;', '```js'),
  id: 'c1',
  teamId: 't',
  sessionId: 's',
  threadId: null,
  taskId: null,
  path: 'src/a.js',
  body: 'Name it well.',
  author: { id: 'u', name: 'Ada' },
  createdAt: new Date(0),
  resolvedAt: null,
  resolvedBy: null,
  sentAt: null,
  place: { state: 'current', range: { side: 'new', start: 2, end: 3 } },
  replies: [],
  ...over,
});

test('threads become one prompt with place, lines and words, and nothing of the code opens a block of its own', () => {
  const text = promptOf([thread(), thread({ place: { state: 'outdated', range: null } })], 'Small steps.');
  expect(text).toContain('in 2 places');
  expect(text).toContain('Small steps.');
  expect(text).toContain('## 1. src/a.js, lines 2 to 3');
  expect(text).toContain('````\nconst a = `x`;\n```js\n````');
  expect(text).toContain('Ada:\n\nName it well.');
  expect(text).toContain('## 2. src/a.js (the code has changed since');
  expect(placeWords('a', { side: 'old', start: 1, end: 1 })).toBe('a, line 1 before the change');
});

test.each([
  [{ path: 'a', body: 'x' }, null],
  [{ path: 'a', body: 'x', side: 'new', startLine: 3 }, null],
  [{ path: 'a', body: ' ' }, 'body'],
  [{ path: 'a', body: 'x', startLine: 3 }, 'side'],
  [{ path: 'a', body: 'x', side: 'new', startLine: 3, endLine: 2 }, 'endLine'],
  [{ path: 'a', body: 'x', side: 'new', startLine: 1, endLine: 201 }, 'endLine'],
  [{ path: 'a', body: 'x', endLine: 2 }, 'startLine'],
])('a comment %j is judged', (input, field) => {
  const parsed = commentInput.safeParse(input);
  expect(parsed.success ? null : parsed.error.issues[0]?.path.join('.')).toBe(field);
});

test('who asks for changes says which', () => {
  expect(reviewInput.safeParse({ decision: 'changes_requested' }).success).toBe(false);
  expect(reviewInput.safeParse({ decision: 'changes_requested', note: 'Shorter.' }).success).toBe(true);
  expect(reviewInput.safeParse({ decision: 'accepted' }).success).toBe(true);
});
