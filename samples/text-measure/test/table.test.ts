import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from '../src/table.ts';

test('columns are as wide as their widest cell', () => {
  assert.equal(table([['name', 'size'], ['a.txt', '12']]), 'name   size\na.txt  12');
});

test('a short row leaves its columns empty', () => {
  assert.equal(table([['a'], ['b', 'c']]), 'a\nb  c');
});

test('no rows make no text', () => {
  assert.equal(table([]), '');
});
