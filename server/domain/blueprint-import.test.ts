import { expect, test } from 'vitest';
import { blueprintImport } from './blueprint-import.ts';

const sha256 = 'AB'.repeat(32);

test.each([
  { kind: 'directory' },
  { kind: 'directory', path: 'web/service.yaml' },
  { kind: 'git', url: 'https://git.example.com/plans', ref: 'release/v1.2', path: 'plans' },
  { kind: 'https', url: 'https://plans.example.com/index.json', keys: ['one'] },
])('%o is an import', (from) => {
  expect(blueprintImport.parse(from)).toEqual(from);
});

test('a checksum may be written in capitals', () => {
  expect(blueprintImport.parse({ kind: 'https', url: 'https://x', sha256 })).toMatchObject({
    sha256: sha256.toLowerCase(),
  });
});

test.each([
  ['no kind', { path: 'a' }, 'kind'],
  ['an unknown kind', { kind: 'ftp' }, 'kind'],
  ['a path from the root', { kind: 'directory', path: '/etc' }, 'path'],
  ['a path upwards', { kind: 'directory', path: 'a/../../b' }, 'path'],
  ['a path of another system', { kind: 'git', url: 'x', path: 'a\\b' }, 'path'],
  ['an option for a branch', { kind: 'git', url: 'x', ref: '--upload-pack=x' }, 'ref'],
  ['a refspec for a branch', { kind: 'git', url: 'x', ref: 'a:b' }, 'ref'],
  ['no URL', { kind: 'git' }, 'url'],
  ['half a checksum', { kind: 'https', url: 'x', sha256: 'abc' }, 'sha256'],
  ['a field of another kind', { kind: 'directory', url: 'x' }, ''],
])('%s is refused', (_, from, path) => {
  const { error } = blueprintImport.safeParse(from);
  expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
