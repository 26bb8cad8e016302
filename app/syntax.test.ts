import { expect, test } from 'vitest';
import { languageOf, loadLanguage } from './syntax.ts';

test.each([
  ['src/a.ts', 'typescript'],
  ['a.test.TSX', 'tsx'],
  ['deploy/Dockerfile', 'docker'],
  ['.gitignore', 'bash'],
  ['LICENSE', null],
  ['data.bin', null],
])('%s is read as %s', (path, language) => {
  expect(languageOf(path)).toBe(language);
});

test('a language is there once it was asked for, with those it stands on', async () => {
  const refractor = await loadLanguage('tsx');
  const [first] = refractor.highlight('const a = <b/>;', 'tsx').children;
  expect(first).toMatchObject({ type: 'element', properties: { className: ['token', 'keyword'] } });
});
