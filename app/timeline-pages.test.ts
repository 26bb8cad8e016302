import { expect, test, vi } from 'vitest';
import type { LiveEvent } from './live.ts';
import { anEvent } from './live-testing.ts';
import { createTimelinePages, pageSize } from './timeline-pages.ts';

const events = (from: number, to: number): LiveEvent[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => anEvent(from + i, 'attempt.output'));

function aStore(total: number) {
  const asked: number[] = [];
  const stopped: number[] = [];
  const pages = createTimelinePages(async (after, limit, signal) => {
    asked.push(after);
    signal.addEventListener('abort', () => stopped.push(after));
    await Promise.resolve();
    return events(after + 1, Math.min(total, after + limit));
  });
  return { pages, asked, stopped };
}

const settled = (pages: ReturnType<typeof createTimelinePages>, seq: number) =>
  vi.waitFor(() => expect(pages.at(seq)?.seq).toBe(seq), { timeout: 20_000 });

test('what is looked at is read once, the live tail never', async () => {
  const { pages, asked } = aStore(50_000);
  pages.tail(events(49_801, 50_000));
  pages.want(49_790, 49_830);
  await settled(pages, 49_790);
  expect(pages.at(49_801)?.seq).toBe(49_801);
  expect(pages.at(1)).toBeUndefined();
  pages.want(49_780, 49_830);
  expect(asked).toEqual([49_600]);
  pages.want(49_900, 50_000);
  expect(asked).toEqual([49_600]);
});

test('all of it stands in order and without doubles, also where a page and the tail overlap', async () => {
  const { pages } = aStore(1_000);
  pages.want(150, 250);
  await settled(pages, 150);
  await settled(pages, 250);
  pages.tail(events(300, 1_000));
  const seqs = pages.all().map((event) => event.seq);
  expect(seqs).toEqual([...events(1, 1_000)].map((event) => event.seq));
});

test('a reading nobody waits for any more is given up', async () => {
  const { pages, asked, stopped } = aStore(50_000);
  pages.want(1, 10);
  pages.want(20_001, 20_010);
  await settled(pages, 20_001);
  expect(asked).toEqual([0, 20_000]);
  expect(stopped).toEqual([0]);
  expect(pages.at(1)).toBeUndefined();
});

test('a walk through fifty thousand events keeps a bounded number of them', async () => {
  const { pages } = aStore(50_000);
  for (let seq = 1; seq < 50_000; seq += pageSize) {
    pages.want(seq, seq + 10);
    while (pages.at(seq) === undefined) await new Promise((done) => setImmediate(done));
  }
  expect(pages.all().length).toBeLessThanOrEqual(61 * pageSize);
});

test('a failed reading is told, and tried again when somebody looks again', async () => {
  let broken = true;
  const pages = createTimelinePages(async (after) => {
    if (broken) throw new Error('the line is down');
    return events(after + 1, after + pageSize);
  });
  pages.want(1, 10);
  await vi.waitFor(() => expect(pages.failure()).toBeInstanceOf(Error), { timeout: 20_000 });
  broken = false;
  pages.want(1, 10);
  await settled(pages, 5);
  expect(pages.failure()).toBeNull();
});
