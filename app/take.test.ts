import { expect, test } from 'vitest';
import { takeableAt, takePath } from './take.ts';

test.each([
  ['/sessions/IND-12/report', 'data.export', '/sessions/IND-12/changes'],
  ['/sessions/IND-12/export', 'data.export', '/sessions/IND-12'],
  ['/account/data', 'data.export', '/account'],
  ['/telemetry/export?types=ask&q=a+b', 'data.export', '/telemetry'],
  ['/admin/audit/export', 'audit.export', '/admin/audit'],
  ['/admin/personal-data/0b0e1f3a-0000-4000-8000-000000000001', 'data.export', '/admin/personal-data'],
])('%s is a file, asked for on one page', (path, action, page) => {
  expect(takeableAt(path)).toMatchObject({ path, action, page });
  expect(takePath(path)).toBe(`/take?file=${encodeURIComponent(path)}`);
});

test.each([
  null,
  '',
  '/',
  '/sessions',
  '/sessions/IND-12',
  '/logout',
  '//evil.example/account/data',
  'https://evil.example/account/data',
  '/account/data/../../logout',
  '/sessions/a/b/report',
])('%s leads nowhere from there', (path) => {
  expect(takeableAt(path)).toBeNull();
});
