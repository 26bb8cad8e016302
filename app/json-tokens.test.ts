import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonTokens } from './json-tokens.ts';

test('keys, texts, numbers and words are told apart', () => {
  expect(jsonTokens('{"a": "b:\\"c", "n": -1.5e3, "x": [true, null]}').filter(({ kind }) => kind !== 'mark')).toEqual([
    { kind: 'key', text: '"a"' },
    { kind: 'text', text: '"b:\\"c"' },
    { kind: 'key', text: '"n"' },
    { kind: 'number', text: '-1.5e3' },
    { kind: 'key', text: '"x"' },
    { kind: 'word', text: 'true' },
    { kind: 'word', text: 'null' },
  ]);
});

test('the pieces of any text are the text again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 2 }), fc.string()), (text) => {
      expect(
        jsonTokens(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text);
    }),
    { numRuns: 50 },
  );
});
