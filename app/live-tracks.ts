import { type Track, type TrackChange, withChange } from '../server/domain/matrix.ts';
import type { LiveEvent } from './live.ts';

export interface TracksState {
  readonly tracks: readonly Track[];
  /** What the loader told last. */
  readonly loaded: readonly Track[];
  /** New ones that wait until nobody reads. */
  readonly waiting: number;
}

export type TracksChange =
  | { readonly kind: 'loaded'; readonly tracks: readonly Track[]; readonly reading: boolean }
  | { readonly kind: 'batch'; readonly events: readonly LiveEvent[] }
  | { readonly kind: 'released' };

/** The matrix's rows: kept current by events; while somebody reads, none comes, goes or moves. */
export function reduceTracks(state: TracksState, change: TracksChange): TracksState {
  if (change.kind === 'released')
    return state.tracks === state.loaded ? state : { tracks: state.loaded, loaded: state.loaded, waiting: 0 };
  if (change.kind === 'batch') {
    const tracks = applied(state.tracks, change.events);
    // One list stays one list, so that a release that changes nothing renders nothing.
    return { ...state, tracks, loaded: state.loaded === state.tracks ? tracks : applied(state.loaded, change.events) };
  }
  const known = new Map([...state.tracks, ...state.loaded].map((track) => [track.id, track]));
  const loaded = change.tracks.map((track) => newest(track, known.get(track.id)));
  if (!change.reading) return { tracks: loaded, loaded, waiting: 0 };
  const fresh = new Map(loaded.map((track) => [track.id, track]));
  const kept = new Set(state.tracks.map(({ id }) => id));
  return {
    tracks: state.tracks.map((track) => fresh.get(track.id) ?? track),
    loaded,
    waiting: loaded.filter(({ id }) => !kept.has(id)).length,
  };
}

/** An event may have overtaken the loader's answer. */
function newest(loaded: Track, known: Track | undefined): Track {
  if (known === undefined || known.lastSeq <= loaded.lastSeq) return loaded;
  return known.changes.filter(({ seq }) => seq > loaded.lastSeq).reduce(withChange, loaded);
}

function applied(tracks: readonly Track[], events: readonly LiveEvent[]): readonly Track[] {
  const changes = events.flatMap((event) => {
    const change = changeOf(event);
    return change === null ? [] : [{ sessionId: event.sessionId, change }];
  });
  if (changes.length === 0) return tracks;
  return tracks.map((track) =>
    changes.reduce(
      (grown, { sessionId, change }) => (sessionId === track.id ? withChange(grown, change) : grown),
      track,
    ),
  );
}

function changeOf({ type, seq, at, payload }: LiveEvent): TrackChange | null {
  const what = type === 'session.status_changed' ? 'status' : type === 'session.attention_changed' ? 'attention' : null;
  if (what === null || seq === null) return null;
  return { seq, at, what, from: String(payload.from), to: String(payload.to) };
}
