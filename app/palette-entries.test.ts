import { expect, test } from 'vitest';
import { foundEntries, matches, type PaletteEntry, shownEntries } from './palette-entries.ts';

const entry = (section: string, words: string): PaletteEntry => ({
  id: words,
  section,
  words,
  detail: '',
  keys: [],
  to: '/',
});

test.each([
  ['', 'Overview', true],
  ['over', 'Overview', true],
  ['new ses', 'New session', true],
  ['ses new', 'New session', true],
  ['ession', 'New session', false],
  ['ind-7', 'IND-7', false],
  ['7', 'IND-7', true],
])('"%s" against "%s": %s', (typed, text, fits) => {
  expect(matches(typed, text)).toBe(fits);
});

test('sections stay together, and what the server found is not filtered again', () => {
  const hits = foundEntries([{ kind: 'Session', words: 'IND-7', detail: 'The goal says wrap', to: '/sessions/IND-7' }]);
  const shown = shownEntries(
    [entry('Go', 'Sessions'), entry('Do', 'New session'), entry('Go', 'Agents'), ...hits],
    'ses',
  );
  expect(shown.map(({ section, words }) => [section, words])).toEqual([
    ['Go', 'Sessions'],
    ['Do', 'New session'],
    ['Found', 'IND-7'],
  ]);
});
