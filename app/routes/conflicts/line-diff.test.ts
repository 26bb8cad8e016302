import fc from 'fast-check';
import { parseDiff } from 'react-diff-view';
import { expect, test } from 'vitest';
import { changeBetween, editsBetween } from './line-diff.ts';

const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });

test('what stays and goes is the one text, what stays and comes is the other', () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const edits = editsBetween(before, after);
      expect(edits.filter((edit) => edit.kind !== '+').map((edit) => edit.line)).toEqual(before);
      expect(edits.filter((edit) => edit.kind !== '-').map((edit) => edit.line)).toEqual(after);
    }),
  );
});

test('no edit is made that is not needed', () => {
  const edits = editsBetween(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
  expect(edits.map((edit) => edit.kind + edit.line)).toEqual([' a', '-b', '+x', ' c', ' d', '+e']);
});

test('the viewer reads the patch line by line', () => {
  const before = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
  const change = changeBetween('src/a b.ts', `${before}\n`, `${before.replace('line 3', 'line three')}\nlast\n`);
  expect(change).toMatchObject({ additions: 2, deletions: 1, status: 'modified' });
  const file = parseDiff(change.patch ?? '')[0];
  expect(file?.hunks.map((hunk) => [hunk.oldStart, hunk.oldLines, hunk.newStart, hunk.newLines])).toEqual([
    [1, 7, 1, 7],
    [28, 3, 28, 4],
  ]);
});

test('a side that is not there is an added or a deleted file, an equal one has nothing to draw', () => {
  expect(changeBetween('a', null, 'one\n')).toMatchObject({ status: 'added', additions: 1 });
  expect(changeBetween('a', 'one\n', null)).toMatchObject({ status: 'deleted', deletions: 1 });
  expect(changeBetween('a', 'one\n', 'one\n').patch).toBeNull();
});

test('two texts without a common line are told without a long search', () => {
  const many = (word: string) => Array.from({ length: 3_000 }, (_, i) => `${word} ${i}`);
  expect(editsBetween(many('old'), many('new'))).toHaveLength(6_000);
});
