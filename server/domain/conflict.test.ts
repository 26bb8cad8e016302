import { expect, test } from 'vitest';
import { holdsMarkers } from './conflict.ts';
import { readResolution } from './conflict-input.ts';

test.each([
  ['<<<<<<< session branch\nx\n', true],
  ['a\n>>>>>>> task\n', true],
  ['a\n||||||| base\n', true],
  ['a\r\n<<<<<<<\r\nb', true],
  ['Heading\n=======\n', false],
  ['  <<<<<<< indented\n', false],
  ['<<<<<<<< eight\n', false],
  ['plain', false],
])('%j holds markers: %s', (text, expected) => {
  expect(holdsMarkers(text)).toBe(expected);
});

const places = (raw: unknown, files = ['a', 'b']) => {
  try {
    readResolution(raw, files);
    return [];
  } catch (error) {
    return (error as { details: { path: string }[] }).details.map(({ path }) => path);
  }
};

test('each conflicting file needs exactly one choice, and edited ones a text without markers', () => {
  expect(
    readResolution(
      {
        files: [
          { path: 'a', choice: 'ours' },
          { path: 'b', choice: 'edited', content: '' },
        ],
      },
      ['a', 'b'],
    ),
  ).toEqual([
    { path: 'a', choice: 'ours', content: null },
    { path: 'b', choice: 'edited', content: '' },
  ]);
  expect(places({ files: [{ path: 'a', choice: 'theirs' }] })).toEqual(['files']);
  expect(places({ files: [{ path: 'c', choice: 'ours' }] }, [])).toEqual(['files.0.path']);
  expect(places({ files: ['ours', 'ours'].map((choice) => ({ path: 'a', choice })) }, ['a'])).toEqual(['files.1.path']);
  expect(places({ files: [{ path: 'a', choice: 'edited' }] }, ['a'])).toEqual(['files.0.content']);
  expect(places({ files: [{ path: 'a', choice: 'ours', content: 'x' }] }, ['a'])).toEqual(['files.0.content']);
  expect(places({ files: [{ path: 'a', choice: 'edited', content: '>>>>>>> task' }] }, ['a'])).toEqual([
    'files.0.content',
  ]);
  expect(places({ files: [{ path: 'a', choice: 'mine' }] }, ['a'])).toEqual(['files.0.choice']);
  expect(places({ file: [] })).not.toEqual([]);
});
