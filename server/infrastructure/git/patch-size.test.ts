import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { git, scratchRepository, write } from './git-testing.ts';
import { mostUnpacked, unpackedSize } from './patch-size.ts';

const mebibyte = 1024 * 1024;

/** What `git diff --binary` says of a file that becomes another. */
function binaryPatch(before: Buffer, after: Buffer): string {
  const folder = scratchRepository({ 'a.txt': 'x\n' });
  write(folder, { 'b.bin': before });
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'before');
  write(folder, { 'b.bin': after });
  return git(folder, 'diff', '--binary');
}

test('a text patch unpacks to nothing more, and words of a binary one in it do not count', () => {
  expect(unpackedSize('--- a/a\n+++ b/a\n@@ -1 +1 @@\n-literal 999999999\n+delta 999999999\n')).toBe(0);
});

test('what git itself makes of a small change is small', () => {
  const before = randomBytes(64 * 1024);
  const after = Buffer.from(before);
  after[100] = (after[100] ?? 0) ^ 1;
  const patch = binaryPatch(before, after);
  expect(patch).toContain('\ndelta ');
  const size = unpackedSize(patch);
  expect(size).toBeGreaterThan(2 * 64 * 1024);
  expect(size).toBeLessThan(4 * 64 * 1024);
});

test('zeros that are packed a thousand times smaller, and a delta that repeats, are seen for what they unpack to', () => {
  const zeros = binaryPatch(randomBytes(100), Buffer.alloc(40 * mebibyte));
  expect(zeros.length).toBeLessThan(300_000);
  expect(unpackedSize(zeros)).toBeGreaterThan(mostUnpacked);

  const piece = randomBytes(mebibyte);
  const repeated = binaryPatch(piece, Buffer.concat(Array.from({ length: 40 }, () => piece)));
  expect(repeated).toContain('\ndelta ');
  expect(unpackedSize(repeated)).toBeGreaterThan(mostUnpacked);
});

test('a delta that cannot be read is as large as can be', () => {
  expect(unpackedSize('GIT binary patch\ndelta 10\nzé~~~~\n\n')).toBe(Number.POSITIVE_INFINITY);
  expect(unpackedSize('GIT binary patch\ndelta 10\n')).toBe(Number.POSITIVE_INFINITY);
});
