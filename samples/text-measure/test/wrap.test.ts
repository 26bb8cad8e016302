import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from '../src/wrap.ts';

test('a text is broken between words', () => {
  assert.deepEqual(wrap('the quick brown fox', 12), ['the quick', 'brown fox']);
});

test('a line that fits exactly is not broken', () => {
  assert.deepEqual(wrap('the quick brown fox', 9), ['the quick', 'brown fox']);
});

test('a word longer than a line is cut', () => {
  assert.deepEqual(wrap('abcdefgh', 3), ['abc', 'def', 'gh']);
});

test('empty lines stay', () => {
  assert.deepEqual(wrap('a\n\nb', 10), ['a', '', 'b']);
});

test('a width of zero is refused', () => {
  assert.throws(() => wrap('a', 0), RangeError);
});
