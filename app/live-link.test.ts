import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveEvent } from './live.ts';
import { createLink, type SessionWatcher, silenceMs, type Wire } from './live-link.ts';
import { createStreams } from './live-streams.ts';
import { anEvent } from './live-testing.ts';

/** The far end of a socket, in memory: what was sent can be read, what the server says can be said. */
function farEnd() {
  const handlers = new Map<string, (...args: never[]) => void>();
  const sent: unknown[][] = [];
  const wire: Wire = {
    active: true,
    connect: () => undefined,
    disconnect: () => undefined,
    on: (event, listener) => handlers.set(event, listener),
    emit: (...args) => sent.push(args),
  };
  return {
    wire,
    sent,
    say: (event: string, ...args: unknown[]) => handlers.get(event)?.(...(args as never[])),
    watches: () => sent.filter(([event]) => event === 'watch').map(([, what]) => what),
  };
}

function aWatcher(after = 0) {
  const seen: LiveEvent[] = [];
  const watcher: SessionWatcher & { missed: number; seen: LiveEvent[] } = {
    seen,
    missed: 0,
    after: () => seen.at(-1)?.seq ?? after,
    onEvents: (batch) => seen.push(...batch),
    onOutput: () => undefined,
    onMissed: () => {
      watcher.missed += 1;
    },
  };
  return watcher;
}

const onWire = (seq: number, over: Partial<LiveEvent> = {}) =>
  JSON.parse(JSON.stringify(anEvent(seq, 'attempt.output', {}, over)));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function linked() {
  const end = farEnd();
  const link = createLink(async () => end.wire);
  const watcher = aWatcher(7);
  link.watchSession('s1', watcher);
  await vi.advanceTimersByTimeAsync(0);
  return { end, link, watcher };
}

test('nobody watching means no connection', async () => {
  let opened = 0;
  const link = createLink(async () => {
    opened += 1;
    return farEnd().wire;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(opened).toBe(0);
  expect(link.state().kind).toBe('idle');
});

test('a session is watched from the seq its page has, and again from the last one after a reconnect', async () => {
  const { end, link, watcher } = await linked();
  expect(link.state().kind).toBe('connecting');
  end.say('connect');
  expect(link.state().kind).toBe('live');
  expect(end.watches()).toEqual([{ sessions: ['s1'], after: { s1: 7 } }]);
  end.say('events', [onWire(8), onWire(9), onWire(1, { sessionId: 's2' })]);
  expect(watcher.seen.map((event) => event.seq)).toEqual([8, 9]);
  expect(watcher.seen[0]?.at).toBeInstanceOf(Date);

  end.say('disconnect');
  expect(link.state().kind).toBe('lost');
  expect(watcher.missed).toBe(0);
  end.say('connect');
  expect(end.watches().at(-1)).toEqual({ sessions: ['s1'], after: { s1: 9 } });
  expect(watcher.missed).toBe(1);
});

test('a gap and a denial send the page to its loader', async () => {
  const { end, watcher } = await linked();
  end.say('connect');
  end.say('gap', { sessionId: 's1', from: 8, to: 9000 });
  expect(watcher.missed).toBe(1);
  const answer = end.sent.find(([event]) => event === 'watch')?.[2] as (answer: unknown) => void;
  answer({ ok: true, sessions: {}, denied: ['s1'] });
  expect(watcher.missed).toBe(2);
  end.say('closed', { sessions: ['s1'], team: false });
  expect(watcher.missed).toBe(3);
});

test('another role or team is told, and everything is watched anew; so is a login that ended', async () => {
  const end = farEnd();
  const link = createLink(async () => end.wire);
  let told = 0;
  link.watchIdentity(() => {
    told += 1;
  });
  link.watchTeam(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  end.say('connect');
  end.say('events', [onWire(1, { cursor: 50 })]);
  end.say('identity', { ended: false });
  expect(told).toBe(1);
  // Of the other team nothing was seen yet.
  expect(end.watches().at(-1)).toEqual({ sessions: [], team: true, after: {} });
  end.say('identity', { ended: true });
  expect(end.watches()).toHaveLength(2);
  end.say('connect_error', { message: 'UNAUTHENTICATED' });
  end.say('connect_error', { message: 'xhr poll error' });
  expect(told).toBe(3);
});

test('an end by the server is answered by connecting again', async () => {
  const end = farEnd();
  let connects = 0;
  const link = createLink(async () => ({ ...end.wire, active: false, connect: () => (connects += 1) }));
  link.watchSession('s1', aWatcher());
  await vi.advanceTimersByTimeAsync(0);
  end.say('connect');
  end.say('disconnect');
  expect(link.state().kind).toBe('lost');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(connects).toBe(2);
});

test('silence past the promise is a lost link, a word brings it back', async () => {
  const { end, link } = await linked();
  end.say('connect');
  await vi.advanceTimersByTimeAsync(silenceMs - 1);
  end.say('health', {});
  await vi.advanceTimersByTimeAsync(silenceMs - 1);
  expect(link.state().kind).toBe('live');
  await vi.advanceTimersByTimeAsync(1);
  expect(link.state().kind).toBe('lost');
  end.say('health', {});
  expect(link.state().kind).toBe('live');
});

test('the team feed goes on from its cursor and says when something may have been missed', async () => {
  const end = farEnd();
  const link = createLink(async () => end.wire);
  const told: number[][] = [];
  link.watchTeam((batch) => told.push(batch.map((event) => event.cursor)));
  await vi.advanceTimersByTimeAsync(0);
  end.say('connect');
  expect(end.watches()).toEqual([{ sessions: [], team: true, after: {} }]);
  end.say('events', [onWire(1, { cursor: 50 })]);
  // The same event by the feed of its session.
  end.say('events', [onWire(1, { cursor: 50 })]);
  end.say('disconnect');
  end.say('connect');
  expect(end.watches().at(-1)).toEqual({ sessions: [], team: true, after: { team: 50 } });
  expect(told).toEqual([[50], []]);
});

test('streamed text grows per part and goes when its stored part or the end of its attempt comes', async () => {
  const streams = createStreams();
  const delta = { sessionId: 's1', taskId: 't1', attemptId: 'at1', partId: 'p1', text: 'Hel' };
  streams.add(delta);
  streams.add({ ...delta, text: 'lo' });
  streams.add({ ...delta, partId: 'p2', text: 'next' });
  expect(streams.parts().map((part) => part.text)).toEqual(['Hello', 'next']);
  streams.settle([anEvent(1, 'attempt.output', { partId: 'p1', text: 'Hello' })]);
  expect(streams.parts().map((part) => part.partId)).toEqual(['p2']);
  streams.settle([anEvent(2, 'attempt.ended', { attemptId: 'at1' })]);
  expect(streams.parts()).toEqual([]);
});

test('who watches is as the server said last, and unknown once the link is lost', async () => {
  const { end, link } = await linked();
  let told = 0;
  link.subscribe(() => {
    told += 1;
  });
  end.say('connect');
  const before = told;
  end.say('presence', { sessionId: 's1', watchers: [{ id: 'u1', name: 'Ada' }] });
  end.say('presence', { sessionId: 'other', watchers: [{ id: 'u2', name: 'Leo' }] });
  expect(told).toBe(before + 1);
  expect(link.presence('s1')).toEqual([{ id: 'u1', name: 'Ada' }]);
  expect(link.presence('s1')).toBe(link.presence('s1'));
  expect(link.presence('other')).toEqual([]);
  end.say('disconnect');
  expect(link.presence('s1')).toEqual([]);
});
