import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unpacked } from './restore.ts';

test('a part of a backup that unpacks to what none is written from breaks off, with its name', async () => {
  const packed = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  expect(packed.length).toBeLessThan(8 * 1024);
  expect(await unpacked('tables/events/0001', packed, 4 * 1024 * 1024)).toHaveLength(4 * 1024 * 1024);
  await expect(unpacked('tables/events/0001', packed, 1024 * 1024)).rejects.toThrow(
    'tables/events/0001 of the backup unpacks to more than 1 MiB: nothing was restored.',
  );
  await expect(unpacked('tables/events/0001', Buffer.from('no gzip'), 1024)).rejects.toThrow(/incorrect header/);
});
