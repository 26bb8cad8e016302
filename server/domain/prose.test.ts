import { expect, test } from 'vitest';
import { withoutFences } from './prose.ts';

test.each([
  ['no fence', 'a\nb', 'a\nb'],
  ['a block', 'a\n```\nx\n```\nb', 'a\nb'],
  ['a block with a word', 'a\n```rehearsal\nx\n```\nb', 'a\nb'],
  ['tildes', 'a\n~~~\nx\n```\ny\n~~~\nb', 'a\nb'],
  ['a longer closing fence', '```\nx\n`````\nb', 'b'],
  ['a shorter fence inside', '````\n```\nx\n```\n````\nb', 'b'],
  ['a fence with a word does not close', '```\nx\n```js\ny\n```\nb', 'b'],
  ['an unclosed block', 'a\n```\nx\ny', 'a'],
  ['four spaces are no fence', '    ```\nb', '    ```\nb'],
  ['code in a line is no fence', '```x``` stays\nb', '```x``` stays\nb'],
  ['carriage returns', 'a\r\n```\r\nx\r\n```\r\nb', 'a\nb'],
])('%s', (_, text, kept) => {
  expect(withoutFences(text)).toBe(kept);
});
