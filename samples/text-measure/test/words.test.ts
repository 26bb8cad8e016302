import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, readingTime, words } from '../src/words.ts';

test('words are split at any blank', () => {
  assert.deepEqual(words('  one\ttwo\n three '), ['one', 'two', 'three']);
});

test('an empty text has no words', () => {
  assert.equal(countWords(' \n'), 0);
});

test('reading time is rounded up to whole seconds', () => {
  assert.deepEqual(readingTime('one two', 100), { words: 2, seconds: 2 });
});

test('a reader without speed is refused', () => {
  assert.throws(() => readingTime('one', 0), RangeError);
});
