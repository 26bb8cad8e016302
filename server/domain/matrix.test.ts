import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CellState, matrixSpans, runsOf, type Track, type TrackChange, windowOf, withChange } from './matrix.ts';
import { attentions, sessionStatuses } from './session.ts';

const now = new Date('2026-11-20T12:00:30Z');
const at = (time: string) => new Date(`2026-11-20T${time}Z`);
const change = (seq: number, time: string, from: string, to: string, what: TrackChange['what'] = 'status') => ({
  seq,
  at: at(time),
  what,
  from,
  to,
});
const track = (over: Partial<Track> = {}): Track => ({
  id: 's',
  slug: 'IND-1',
  title: 'A session',
  status: 'running',
  statusSince: at('11:00:00'),
  attention: 'none',
  attentionSince: null,
  createdAt: at('08:00:00'),
  lastSeq: 0,
  changes: [],
  ...over,
});
const said = (state: CellState) =>
  state.kind === 'stood' ? (state.attention === 'none' ? state.status : `waits:${state.attention}`) : state.kind;
const words = (one: Track, unreadBefore: Date | null = null) =>
  runsOf(one, windowOf('1h', now), now, unreadBefore).map(({ state, slices }) => `${said(state)} ${slices}`);

test('the last slice holds the present moment, and slices begin at whole multiples', () => {
  expect(windowOf('1h', now)).toMatchObject({ from: at('11:01:00'), to: at('12:01:00'), slices: 60 });
  expect(windowOf('4h', now)).toMatchObject({ from: at('08:05:00'), to: at('12:05:00') });
  expect(windowOf('24h', at('12:00:00')).to).toEqual(at('12:30:00'));
});

test('a session without a change stood as it stands, from its creation on', () => {
  expect(words(track())).toEqual(['running 60']);
  expect(words(track({ status: 'queued', createdAt: at('11:31:20') }))).toEqual(['before 30', 'queued 30']);
  expect(words(track({ status: 'completed' }))).toEqual(['over 60']);
});

test('what it was before the first change is told by that change', () => {
  expect(words(track({ status: 'running', changes: [change(4, '11:31:10', 'queued', 'running')] }))).toEqual([
    'queued 30',
    'running 30',
  ]);
});

test.each([
  [
    'an end counts where it fell, and is over after it',
    [change(3, '11:11:30', 'running', 'completed')],
    'completed',
    ['running 10', 'completed 1', 'over 49'],
  ],
  [
    'a failure is not hidden by the retry of the same slice',
    [
      change(3, '11:11:10', 'running', 'failed'),
      change(4, '11:11:20', 'failed', 'pending'),
      change(5, '11:11:30', 'pending', 'running'),
    ],
    'running',
    ['running 10', 'failed 1', 'running 49'],
  ],
  [
    'a pause of some seconds is seen',
    [change(3, '11:11:10', 'running', 'paused'), change(4, '11:11:20', 'paused', 'running')],
    'running',
    ['running 10', 'paused 1', 'running 49'],
  ],
] as const)('%s', (_, changes, status, expected) => {
  expect(words(track({ status, changes }))).toEqual(expected);
});

test('whoever waits for a person waits, whatever the status is meanwhile, until somebody answered', () => {
  const changes = [
    change(3, '11:11:10', 'none', 'permission', 'attention'),
    change(4, '11:21:10', 'running', 'degraded'),
    change(5, '11:31:10', 'permission', 'none', 'attention'),
  ];
  expect(words(track({ status: 'degraded', changes }))).toEqual(['running 10', 'waits:permission 21', 'degraded 29']);
});

test('what was not read is said to be unknown', () => {
  const one = track({ changes: [change(90, '11:31:10', 'queued', 'running')] });
  expect(words(one, at('11:21:00'))).toEqual(['unread 20', 'queued 10', 'running 30']);
});

test('a change from before the window only sets what it begins with', () => {
  expect(words(track({ status: 'paused', changes: [change(2, '10:00:00', 'running', 'paused')] }))).toEqual([
    'paused 60',
  ]);
});

test('a change that came is appended once', () => {
  const told = change(5, '11:59:00', 'running', 'failed');
  const once = withChange(track({ lastSeq: 4 }), told);
  expect(once).toMatchObject({ status: 'failed', statusSince: at('11:59:00'), lastSeq: 5 });
  expect(withChange(once, told)).toBe(once);
  expect(words(once).slice(-2)).toEqual(['failed 1', 'over 1']);
});

const history = fc
  .array(fc.record({ minute: fc.integer({ min: -90, max: 60 }), what: fc.constantFrom('status', 'attention') }), {
    maxLength: 40,
  })
  .chain((marks) =>
    fc.tuple(
      fc.constant(marks.toSorted((a, b) => a.minute - b.minute)),
      fc.array(fc.nat(), { minLength: marks.length, maxLength: marks.length }),
    ),
  )
  .map(([marks, picks]) => {
    const stand = { status: 'pending' as string, attention: 'none' as string };
    const changes = marks.map(({ minute, what }, index): TrackChange => {
      const kind = what as TrackChange['what'];
      const names: readonly string[] = kind === 'status' ? sessionStatuses : attentions;
      const from = stand[kind];
      const to = names[(picks[index] as number) % names.length] as string;
      stand[kind] = to;
      return { seq: index + 1, at: new Date(now.getTime() + (minute - 60) * 60_000), what: kind, from, to };
    });
    return track({
      status: stand.status as Track['status'],
      attention: stand.attention as Track['attention'],
      changes,
      lastSeq: changes.length,
    });
  });

test('runs cover every slice once, in order, and neighbours differ', () => {
  fc.assert(
    fc.property(
      history,
      fc.constantFrom(...(Object.keys(matrixSpans) as (keyof typeof matrixSpans)[])),
      (one, span) => {
        const window = windowOf(span, now);
        const runs = runsOf(one, window, now);
        expect(runs.reduce((sum, run) => sum + run.slices, 0)).toBe(window.slices);
        runs.forEach((run, index) => {
          const before = runs[index - 1];
          expect(run.first).toBe(before === undefined ? 0 : before.first + before.slices);
          if (before !== undefined)
            expect(said(before.state) === said(run.state) && run.state.kind !== 'over').toBe(false);
        });
      },
    ),
  );
});

test('read at once or applied one by one, the runs are the same', () => {
  fc.assert(
    fc.property(history, (whole) => {
      const empty = {
        ...whole,
        changes: [],
        lastSeq: 0,
        status: 'pending' as const,
        attention: 'none' as const,
      };
      const grown = whole.changes.reduce(withChange, empty);
      const window = windowOf('1h', now);
      expect(runsOf(grown, window, now)).toEqual(runsOf(whole, window, now));
    }),
  );
});
