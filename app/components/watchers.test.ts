import { expect, test } from 'vitest';
import { inWords } from './watchers.tsx';

test.each([
  [[], ''],
  [['Ada'], 'Ada'],
  [['Ada', 'Leo'], 'Ada and Leo'],
  [['Ada', 'Leo', 'Mia'], 'Ada, Leo and Mia'],
  [['Ada', 'Leo', 'Mia', 'Max'], 'Ada, Leo and 2 others'],
])('%j in words: %s', (names, words) => {
  expect(inWords(names)).toBe(words);
});
