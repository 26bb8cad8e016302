import type { LiveEvent } from './live.ts';

export interface FeedView {
  /** In order; while held, those that were there when it began. */
  readonly rows: readonly LiveEvent[];
  /** Wanted ones that came since the view is held. */
  readonly waiting: number;
  readonly held: boolean;
  /** Wanted ones that have left the page to make room; the server still has them. */
  readonly dropped: number;
}

export interface Feed {
  push(events: readonly LiveEvent[]): void;
  hold(held: boolean): void;
  /** The newest cursor this page has seen, wanted or not. */
  last(): number;
  view(): FeedView;
  subscribe(listener: () => void): () => void;
}

/** An hour at 50 events a second passes through; this many stay. */
const keptRows = 5_000;
// Cut in pieces, so that the whole list is not copied for every event.
const slack = 500;

/** A bounded window on an endless feed: keeps the newest wanted events, each once, and counts what it lets go. */
export function createFeed(
  begin: readonly LiveEvent[],
  isWanted: (event: LiveEvent) => boolean,
  options: { kept?: number } = {},
): Feed {
  const kept = options.kept ?? keptRows;
  const listeners = new Set<() => void>();
  const ids = new Set<string>();
  let rows: LiveEvent[] = [];
  let dropped = 0;
  let last = 0;
  let waiting = 0;
  let frozen: readonly LiveEvent[] | null = null;
  let view: FeedView;

  function add(events: readonly LiveEvent[]): number {
    let added = 0;
    for (const event of events) {
      last = Math.max(last, event.cursor);
      if (ids.has(event.id) || !isWanted(event)) continue;
      ids.add(event.id);
      // A page that mends a gap may come after newer ones.
      const place = rows.findLastIndex(({ cursor }) => cursor < event.cursor) + 1;
      if (place === rows.length) rows.push(event);
      else rows.splice(place, 0, event);
      added += 1;
    }
    if (rows.length > kept + slack) trim();
    return added;
  }

  function trim() {
    const gone = rows.length - kept;
    for (const event of rows.slice(0, gone)) ids.delete(event.id);
    rows = rows.slice(gone);
    dropped += gone;
  }

  function publish() {
    view = { rows: frozen ?? rows.slice(-kept), waiting, held: frozen !== null, dropped };
    for (const listener of listeners) listener();
  }

  add(begin);
  publish();
  return {
    push(events) {
      const added = add(events);
      if (added === 0) return;
      if (frozen !== null) waiting += added;
      publish();
    },
    hold(held) {
      if (held === (frozen !== null)) return;
      frozen = held ? rows.slice(-kept) : null;
      waiting = 0;
      publish();
    },
    last: () => last,
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
