import { expect, test } from 'vitest';
import { localPath } from './local-path.ts';

test.each(['/', '/sessions', '/sessions/IND-1?tab=graph', '/sessions?status=failed&status=timeout'])(
  '%s is a path of this site',
  (path) => {
    expect(localPath(path)).toBe(path);
  },
);

test.each([
  null,
  '',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  'sessions',
])('%j leads home', (path) => {
  expect(localPath(path)).toBe('/');
});

test('the address of a data request is the page it belongs to', () => {
  expect(localPath('/sessions.data?status=failed')).toBe('/sessions?status=failed');
});
