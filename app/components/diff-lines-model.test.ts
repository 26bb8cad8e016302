import { parseDiff } from 'react-diff-view';
import { expect, test } from 'vitest';
import { extended, firstHunks, keysOf, lineKeys } from './diff-lines-model.ts';
import { treeOf } from './file-tree-model.ts';

const hunks =
  parseDiff(
    'diff --git a/a b/a\nindex 1111111..2222222 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n@@ -9,1 +9,2 @@\n tail\n+more\n',
  )[0]?.hunks ?? [];

test('a range has the keys of the lines that are drawn', () => {
  const keys = lineKeys(hunks);
  expect(keysOf(keys, { side: 'old', start: 1, end: 2 })).toEqual(['N1', 'D2']);
  expect(keysOf(keys, { side: 'new', start: 1, end: 3 })).toEqual(['N1', 'I2']);
  expect(keysOf(keys, null)).toEqual([]);
});

test('a range grows both ways and begins anew on the other side', () => {
  const range = extended(null, 'new', 4);
  expect(extended(range, 'new', 2)).toEqual({ side: 'new', start: 2, end: 4 });
  expect(extended(range, 'new', 6)).toEqual({ side: 'new', start: 4, end: 6 });
  expect(extended(range, 'old', 6)).toEqual({ side: 'old', start: 6, end: 6 });
});

test('hunks are drawn up to a number of lines, at least one', () => {
  expect(firstHunks(hunks, 1)).toHaveLength(1);
  expect(firstHunks(hunks, 4)).toHaveLength(2);
});

test('files stand by folder, folders of one folder share a line', () => {
  const file = (path: string) => ({ path }) as Parameters<typeof treeOf>[0][number];
  const tree = treeOf(['src/deep/er/b.ts', 'src/deep/er/a.ts', 'README.md', 'docs/x.md'].map(file));
  expect(tree.files.map(({ name }) => name)).toEqual(['README.md']);
  expect(tree.folders.map(({ name, files }) => [name, files.map((one) => one.name)])).toEqual([
    ['docs', ['x.md']],
    ['src/deep/er', ['a.ts', 'b.ts']],
  ]);
});
