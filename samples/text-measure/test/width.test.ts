import assert from 'node:assert/strict';
import { test } from 'node:test';
import { width } from '../src/width.ts';

test('a letter takes one column', () => {
  assert.equal(width('abc'), 3);
});

test('a Chinese character takes two columns', () => {
  assert.equal(width('漢字'), 4);
});

test('a combining accent takes none', () => {
  assert.equal(width('e\u0301'), 1);
});

test('an emoji made of several code points takes two columns', () => {
  assert.equal(width('👩‍🚀'), 2);
});
