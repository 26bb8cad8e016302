import { expect, test } from 'vitest';
import { everything } from '../server/domain/event-filter.ts';
import type { LiveEvent } from './live.ts';
import { createFeed } from './telemetry-feed.ts';
import { eventFilterFrom, searchOf, withType } from './telemetry-filter.ts';

const event = (cursor: number, type: LiveEvent['type'] = 'attempt.output'): LiveEvent => ({
  id: `e${cursor}`,
  cursor,
  sessionId: null,
  seq: null,
  type,
  at: new Date(cursor),
  actor: { kind: 'system', id: null, name: 'engine' },
  payload: {},
  v: 1,
});
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => event(from + index));
const cursors = (feed: ReturnType<typeof createFeed>) => feed.view().rows.map(({ cursor }) => cursor);

test('events come once and in order, however they arrive', () => {
  const feed = createFeed(events(1, 2), () => true);
  feed.push([event(5), event(6)]);
  feed.push(events(2, 6));
  expect(cursors(feed)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('only what is wanted is kept, and the place in the feed is known all the same', () => {
  const feed = createFeed([], ({ type }) => type === 'ask.opened');
  feed.push([event(1), event(2, 'ask.opened'), event(3)]);
  expect(cursors(feed)).toEqual([2]);
  expect(feed.last()).toBe(3);
});

test('while held nothing moves and what comes is counted; then it is shown', () => {
  const feed = createFeed(events(1, 2), () => true);
  feed.hold(true);
  const { rows } = feed.view();
  feed.push(events(3, 5));
  expect(feed.view()).toMatchObject({ held: true, waiting: 3 });
  expect(feed.view().rows).toBe(rows);
  feed.hold(false);
  expect(cursors(feed)).toEqual([1, 2, 3, 4, 5]);
  expect(feed.view()).toMatchObject({ held: false, waiting: 0 });
});

test('an hour at fifty a second leaves a bounded list, held or not', () => {
  const feed = createFeed([], () => true, { kept: 100 });
  for (let second = 0; second < 3_600; second += 1) {
    if (second === 1_800) feed.hold(true);
    feed.push(events(second * 50 + 1, second * 50 + 50));
    expect(feed.view().rows.length).toBeLessThanOrEqual(100);
  }
  expect(feed.view().waiting).toBe(90_000);
  feed.hold(false);
  expect(cursors(feed).at(-1)).toBe(180_000);
  expect(feed.view().dropped).toBeGreaterThan(179_000);
});

test('a filter survives the address, and a kind is switched on and off', () => {
  const filter = { ...everything, types: ['ask', 'attempt.ended'], session: 'IND-3', who: 'ada', text: 'a b' };
  expect(eventFilterFrom(new URLSearchParams(searchOf(filter)))).toEqual(filter);
  expect(eventFilterFrom(new URLSearchParams('type=nonsense&type=ask'))).toMatchObject({ types: ['ask'] });
  expect(searchOf(withType(withType(everything, 'ask'), 'ask'))).toBe('');
});
