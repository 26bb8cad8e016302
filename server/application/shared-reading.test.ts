import { describe, expect, test } from 'vitest';
import { createSharedReading } from './shared-reading.ts';

/** A reading that ends when it is told to, and remembers when it began. */
function slow() {
  const begun: string[] = [];
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const read = createSharedReading((key: string) => {
    begun.push(key);
    return new Promise<number>((resolve, reject) => ends.push({ resolve, reject }));
  });
  return { read, begun, ends };
}

describe('readings of one key', () => {
  test('a hundred at once are two: the one that runs, and one that begins after all of them were asked for', async () => {
    const { read, begun, ends } = slow();
    const first = read('team');
    const others = Array.from({ length: 99 }, () => read('team'));
    expect(begun).toEqual(['team']);
    ends[0]?.resolve(1);
    await expect(first).resolves.toBe(1);
    await Promise.resolve();
    expect(begun).toEqual(['team', 'team']);
    ends[1]?.resolve(2);
    await expect(Promise.all(others)).resolves.toEqual(Array(99).fill(2));
  });

  test('whoever comes while the second runs gets a third', async () => {
    const { read, begun, ends } = slow();
    const first = read('team');
    const second = read('team');
    ends[0]?.resolve(1);
    await first;
    await Promise.resolve();
    const third = read('team');
    ends[1]?.resolve(2);
    await expect(second).resolves.toBe(2);
    await Promise.resolve();
    ends[2]?.resolve(3);
    await expect(third).resolves.toBe(3);
    expect(begun).toHaveLength(3);
  });

  test('other keys do not wait, and a key at rest is read anew', async () => {
    const { read, begun, ends } = slow();
    const [one, other] = [read('one'), read('other')];
    expect(begun).toEqual(['one', 'other']);
    ends[0]?.resolve(1);
    ends[1]?.resolve(2);
    await expect(Promise.all([one, other])).resolves.toEqual([1, 2]);
    const again = read('one');
    ends[2]?.resolve(3);
    await expect(again).resolves.toBe(3);
  });

  test('a failed reading fails those that shared it, and the next one is tried', async () => {
    const { read, ends } = slow();
    const first = read('team');
    const second = read('team');
    ends[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await Promise.resolve();
    ends[1]?.resolve(2);
    await expect(second).resolves.toBe(2);
  });
});
