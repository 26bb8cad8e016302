import assert from 'node:assert/strict';
import { test } from 'node:test';
import { truncate } from '../src/truncate.ts';

test('a text that fits is left alone', () => {
  assert.equal(truncate('short', 5), 'short');
});

test('a long text ends with the mark and fits', () => {
  assert.equal(truncate('a long title', 8), 'a long…');
});

test('a wide character is not cut in half', () => {
  assert.equal(truncate('漢字漢字', 4), '漢…');
});
