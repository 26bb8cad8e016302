import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder, write } from '../git/git-testing.ts';
import { createDirectorySource } from './directory.ts';

function folder() {
  const root = scratchFolder();
  write(root, { 'b.yaml': 'b: 1', 'a.yml': 'a: 1', 'readme.md': '#', 'deep/er/c.YAML': 'c: 1' });
  return { root, source: createDirectorySource(root) };
}
const read = (source: ReturnType<typeof createDirectorySource>, path?: string) =>
  source.read({ kind: 'directory', ...(path !== undefined && { path }) });

test('the YAML files of a folder and below it are read, in order', async () => {
  const { source } = folder();
  expect(await read(source)).toEqual([
    { name: 'a.yml', yaml: 'a: 1', origin: { kind: 'directory', path: 'a.yml' } },
    { name: 'b.yaml', yaml: 'b: 1', origin: { kind: 'directory', path: 'b.yaml' } },
    { name: 'deep/er/c.YAML', yaml: 'c: 1', origin: { kind: 'directory', path: 'deep/er/c.YAML' } },
  ]);
  expect((await read(source, 'deep')).map(({ name }) => name)).toEqual(['deep/er/c.YAML']);
  expect((await read(source, 'b.yaml')).map(({ name }) => name)).toEqual(['b.yaml']);
});

test('without a folder of the operator nothing is read', async () => {
  await expect(read(createDirectorySource(null))).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'kind', message: expect.stringContaining('BLUEPRINT_DIR') }],
  });
});

test('a link leads nowhere outside', async () => {
  const { root, source } = folder();
  const outside = scratchFolder();
  write(outside, { 'secret.yaml': 's: 1' });
  symlinkSync(outside, join(root, 'out'));
  symlinkSync(join(outside, 'secret.yaml'), join(root, 'link.yaml'));
  for (const path of ['out', 'out/secret.yaml', 'link.yaml'])
    await expect(read(source, path)).rejects.toThrow(/leads out of the folder/);
  expect((await read(source)).map(({ name }) => name)).toEqual(['a.yml', 'b.yaml', 'deep/er/c.YAML']);
});

test.each([
  ['nowhere', /no nowhere/],
  ['b.yaml/x', /no b.yaml/],
])('%s is refused', async (path, reason) => {
  await expect(read(folder().source, path)).rejects.toMatchObject({
    details: [{ path: 'path', message: expect.stringMatching(reason) }],
  });
});

test('a folder without a file, one with too many and a file too large are refused', async () => {
  const empty = scratchFolder();
  await expect(read(createDirectorySource(empty))).rejects.toThrow(/no .yaml or .yml file/);
  write(empty, Object.fromEntries(Array.from({ length: 101 }, (_, place) => [`${place}.yaml`, 'a: 1'])));
  await expect(read(createDirectorySource(empty))).rejects.toThrow(/101 YAML files/);
  const large = scratchFolder();
  write(large, { 'l.yaml': 'x'.repeat(262_145) });
  await expect(read(createDirectorySource(large))).rejects.toThrow(/l.yaml is larger than 256 KiB/);
});
