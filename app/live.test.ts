import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventTypes } from '../server/domain/events.ts';
import { attentions, sessionStatuses } from '../server/domain/session.ts';
import { taskStatuses } from '../server/domain/task.ts';
import { applyEvents, gapOf, keptEvents, type LiveEvent, openState, rebase, reviveEvent } from './live.ts';
import { after, anAsk, anEvent, aSession, aState, aTask } from './live-testing.ts';

const payload = fc.record({
  to: fc.constantFrom(...sessionStatuses, ...taskStatuses, 'nonsense'),
  kind: fc.constantFrom(...attentions),
  reason: fc.constantFrom('because', null),
  taskId: fc.constantFrom('t1', 't2', 'ghost'),
  askId: fc.constantFrom('a1', 'a2'),
});

const history = fc
  .array(fc.tuple(fc.constantFrom(...eventTypes), payload), { maxLength: 40 })
  .map((facts) => facts.map(([type, what], i) => anEvent(i + 1, type, what)));

/** The same events as a bad network may bring them: doubled, out of order, cut anywhere. */
const deliveries = history.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
    cuts: fc.array(fc.nat(80), { maxLength: 10 }),
  }),
);

const base = () =>
  aState({
    tasks: [aTask(), aTask({ id: 't2', key: 'second' })],
    asks: [anAsk(), anAsk({ id: 'a2', kind: 'question' })],
  });

function batches(events: readonly LiveEvent[], cuts: readonly number[]): LiveEvent[][] {
  const at = [...new Set(cuts)].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => events.slice(from, at[i] ?? events.length));
}

test('any split, doubling and order of batches gives the state that the history gives in order', () => {
  fc.assert(
    fc.property(deliveries, ({ events, order, cuts }) => {
      const inOrder = applyEvents(base(), events);
      const asCame = batches(order, cuts).reduce(applyEvents, base());
      expect(asCame).toEqual(inOrder);
      expect(gapOf(asCame)).toBeNull();
    }),
    { numRuns: 300 },
  );
});

test('a missing event holds back what follows, and its coming heals the hole', () => {
  fc.assert(
    fc.property(
      history.filter((events) => events.length > 1),
      fc.nat(),
      (events, pick) => {
        const missing = pick % (events.length - 1);
        const holed = applyEvents(base(), events.toSpliced(missing, 1));
        expect(holed.lastSeq).toBe(missing);
        expect(gapOf(holed)).toEqual({ from: missing + 1, to: missing + 1 });
        expect(applyEvents(holed, events.slice(missing, missing + 1))).toEqual(applyEvents(base(), events));
      },
    ),
  );
});

test('reloading in the middle of the stream ends where the stream alone ends', () => {
  fc.assert(
    fc.property(history, fc.nat(), (events, pick) => {
      const cut = pick % (events.length + 1);
      const page = applyEvents(base(), events);
      const loaded = { ...applyEvents(base(), events.slice(0, cut)), reloadSeq: 0 };
      const rebased = rebase(loaded, page);
      expect({ ...rebased, reloadSeq: 0 }).toEqual({ ...page, reloadSeq: 0 });
    }),
  );
});

test('events of another session and events without a seq change nothing', () => {
  const state = base();
  const foreign = anEvent(1, 'session.status_changed', { to: 'failed' }, { sessionId: 's2' });
  const ofTeam = anEvent(1, 'agent.updated', {}, { seq: null });
  expect(applyEvents(state, [foreign, ofTeam])).toBe(state);
});

test('the session moves with its event and its clocks follow', () => {
  const paused = applyEvents(aState(), [anEvent(1, 'session.status_changed', { from: 'running', to: 'paused' })]);
  expect(paused.session).toMatchObject({ status: 'paused', pausedAt: after(1), statusSince: after(1), health: 0.7 });
  const resumed = applyEvents(paused, [
    anEvent(2, 'session.status_changed', { from: 'paused', to: 'running' }, { at: after(61) }),
  ]);
  expect(resumed.session).toMatchObject({ pausedAt: null, pausedSeconds: 60, deadlineAt: after(3660) });
  const done = applyEvents(resumed, [anEvent(3, 'session.status_changed', { from: 'running', to: 'completed' })]);
  expect(done.session).toMatchObject({ status: 'completed', endedAt: after(3), health: 1 });
  const told = applyEvents(done, [
    anEvent(4, 'session.completed', { proof: 'proven', reason: 'all done', error: null }),
  ]);
  expect(told.session.proof).toBe('proven');
});

test('a task moves, is proven, and the progress counts leaves only', () => {
  const tasks = [
    aTask({ id: 'g', key: 'group' }),
    aTask({ parentTaskId: 'g' }),
    aTask({ id: 't2', parentTaskId: 'g' }),
  ];
  const state = aState({ tasks, session: aSession({ progress: { completed: 0, total: 2 } }) });
  const next = applyEvents(state, [
    anEvent(1, 'task.status_changed', { taskId: 't1', from: 'assigned', to: 'in_progress', reason: null }),
    anEvent(2, 'verification.passed', { taskId: 't1', commands: [] }),
    anEvent(3, 'task.status_changed', { taskId: 't1', from: 'in_progress', to: 'completed', reason: 'merged' }),
    anEvent(4, 'task.status_changed', { taskId: 'g', from: 'ready', to: 'completed', reason: null }),
  ]);
  expect(next.tasks[1]).toMatchObject({ status: 'completed', proof: 'proven', startedAt: after(1), endedAt: after(3) });
  expect(next.session.progress).toEqual({ completed: 1, total: 2 });
});

test('an answered ask leaves, attention follows its event', () => {
  const state = aState({ asks: [anAsk()], session: aSession({ attention: { kind: 'permission', since: after(0) } }) });
  const next = applyEvents(state, [
    anEvent(1, 'ask.answered', { askId: 'a1', kind: 'permission', title: '' }),
    anEvent(2, 'session.attention_changed', { kind: 'none' }),
  ]);
  expect(next.asks).toEqual([]);
  expect(next.session.attention).toEqual({ kind: 'none', since: null });
});

test('output asks for no reload, a new ask does', () => {
  expect(applyEvents(aState(), [anEvent(1, 'attempt.output', { text: 'hello' })]).reloadSeq).toBe(0);
  expect(applyEvents(aState(), [anEvent(1, 'ask.opened', { askId: 'a9' })]).reloadSeq).toBe(1);
});

test('a page opens at its session row and applies the events that came while the rest was read', () => {
  const {
    events: _events,
    lastSeq: _lastSeq,
    held: _held,
    reloadSeq: _reloadSeq,
    ...rows
  } = aState({
    session: aSession({ lastSeq: 1 }),
  });
  const state = openState(rows, [
    anEvent(1, 'session.status_changed', { to: 'paused' }),
    anEvent(2, 'session.status_changed', { to: 'failed' }),
  ]);
  expect(state).toMatchObject({ lastSeq: 2, session: { status: 'failed', pausedAt: null } });
  expect(state.events).toHaveLength(2);
});

test('older pages survive a reload that joins them and go with one that does not', () => {
  const page = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => anEvent(from + i, 'attempt.output'));
  const current = aState({ events: page(1, 10), lastSeq: 10 });
  const joins = rebase(aState({ events: page(9, 12), lastSeq: 12 }), current);
  expect(joins.events.map((event) => event.seq)).toEqual(page(1, 12).map((event) => event.seq));
  const apart = rebase(aState({ events: page(20, 22), lastSeq: 22 }), current);
  expect(apart.events.map((event) => event.seq)).toEqual([20, 21, 22]);
});

test('the page keeps a bounded number of events', () => {
  const many = Array.from({ length: keptEvents + 5 }, (_, i) => anEvent(i + 1, 'attempt.output'));
  const state = applyEvents(aState(), many);
  expect(state.events.length).toBe(keptEvents);
  expect(state.events[0]?.seq).toBe(6);
});

test('an event from the wire has a real date again', () => {
  expect(reviveEvent({ ...anEvent(1, 'attempt.output'), at: '2026-11-20T12:00:01.000Z' }).at).toEqual(after(1));
});
