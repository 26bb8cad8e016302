import { expect, test, vi } from 'vitest';
import type { TimelineEvent } from '../../domain/events.ts';
import { createFeedReader } from './feed-reader.ts';
import { createOutlet, type Delta } from './outlet.ts';

const eventOf = (seq: number): TimelineEvent => ({
  id: `e${seq}`,
  teamId: 't',
  cursor: seq,
  sessionId: 's',
  seq,
  type: 'session.updated',
  at: new Date(0),
  actor: { kind: 'system', id: null, name: 'engine' },
  payload: {},
  v: 1,
});
const eventsOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => eventOf(from + index));
const delta = (text: string, partId = 'p'): Delta => ({ sessionId: 's', taskId: 'k', attemptId: 'a', partId, text });

function wireOf() {
  const sent: [string, unknown][] = [];
  let drained = () => {};
  return {
    sent,
    drain: () => drained(),
    wire: {
      emit: (name: string, value: unknown) => void sent.push([name, value]),
      onDrain: (listener: () => void) => {
        drained = listener;
      },
    },
  };
}

test('a receiver that never drains is sent a bounded amount and the reader stops reading', async () => {
  vi.useFakeTimers();
  try {
    const { wire, sent, drain } = wireOf();
    const outlet = createOutlet(wire);
    let reads = 0;
    const gaps: [number, number][] = [];
    const reader = createFeedReader({
      kind: 'session',
      read: async (after, limit) => {
        reads += 1;
        return eventsOf(after + 1, Math.min(after + limit, 100_000));
      },
      emit: (events) => outlet.events('s', events),
      gap: (from, to) => gaps.push([from, to]),
      full: outlet.full,
      onError: (error) => {
        throw error;
      },
    });
    outlet.onReady(reader.resume);
    reader.start(0, 4_000);
    await vi.advanceTimersByTimeAsync(5_000);
    const readsThen = reads;
    for (let seq = 4_001; seq <= 100_000; seq++) reader.offer([eventOf(seq)], seq);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(readsThen);
    const count = sent.reduce((sum, [, value]) => sum + (value as unknown[]).length, 0);
    expect(count).toBeLessThanOrEqual(4_000);

    drain();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gaps).toEqual([[count + 1, 100_000]]);
  } finally {
    vi.useRealTimers();
  }
});

test('streamed text goes before the events that replace it, and joins while it waits', async () => {
  vi.useFakeTimers();
  try {
    const { wire, sent, drain } = wireOf();
    const outlet = createOutlet(wire);
    outlet.output(delta('a'));
    drain();
    outlet.events('s', [eventOf(1)]);
    outlet.output(delta('b'));
    outlet.output(delta('c'));
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.map(([name]) => name)).toEqual(['output', 'output', 'events']);
    expect(sent[1]?.[1]).toEqual(delta('bc'));
  } finally {
    vi.useRealTimers();
  }
});

test('the wire form leaves the team out', () => {
  const { wire, sent } = wireOf();
  createOutlet(wire).events('s', [eventOf(1)]);
  expect(sent[0]).toEqual(['events', [expect.objectContaining({ seq: 1 })]]);
  expect(sent[0]).not.toEqual(['events', [expect.objectContaining({ teamId: 't' })]]);
});
