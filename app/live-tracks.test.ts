import { expect, test } from 'vitest';
import type { Track } from '../server/domain/matrix.ts';
import type { LiveEvent } from './live.ts';
import { reduceTracks, type TracksState } from './live-tracks.ts';

const track = (id: string, over: Partial<Track> = {}): Track => ({
  id,
  slug: id.toUpperCase(),
  title: id,
  status: 'queued',
  statusSince: new Date(0),
  attention: 'none',
  attentionSince: null,
  createdAt: new Date(0),
  lastSeq: 1,
  changes: [],
  ...over,
});
const event = (sessionId: string, seq: number, from: string, to: string): LiveEvent => ({
  id: `${sessionId}${seq}`,
  cursor: seq,
  sessionId,
  seq,
  type: 'session.status_changed',
  at: new Date(seq * 1_000),
  actor: { kind: 'system', id: null, name: 'engine' },
  payload: { from, to },
  v: 1,
});
const begin = (...tracks: Track[]): TracksState => ({ tracks, loaded: tracks, waiting: 0 });

test('an event changes its session only, once', () => {
  const told = [event('a', 2, 'queued', 'running')];
  const state = reduceTracks(begin(track('a'), track('b')), { kind: 'batch', events: told });
  expect(state.tracks.map(({ status }) => status)).toEqual(['running', 'queued']);
  expect(reduceTracks(state, { kind: 'batch', events: told }).tracks[0]?.changes).toHaveLength(1);
});

test('an answer that an event has overtaken does not turn the clock back', () => {
  const ahead = reduceTracks(begin(track('a')), { kind: 'batch', events: [event('a', 2, 'queued', 'running')] });
  const { tracks } = reduceTracks(ahead, { kind: 'loaded', tracks: [track('a')], reading: false });
  expect(tracks[0]).toMatchObject({ status: 'running', lastSeq: 2 });
});

test('while somebody reads no row comes or goes; they come when he looks away', () => {
  const state = begin(track('a'), track('b'));
  const held = reduceTracks(state, {
    kind: 'loaded',
    tracks: [track('b', { status: 'running', lastSeq: 5 }), track('c')],
    reading: true,
  });
  expect(held.tracks.map(({ id, status }) => `${id} ${status}`)).toEqual(['a queued', 'b running']);
  expect(held.waiting).toBe(1);
  const free = reduceTracks(held, { kind: 'released' });
  expect(free.tracks.map(({ id }) => id)).toEqual(['b', 'c']);
  expect(free.waiting).toBe(0);
  expect(reduceTracks(free, { kind: 'released' })).toBe(free);
});
