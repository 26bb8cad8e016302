import type { TimelineEvent } from '../../domain/events.ts';

export type Feed = { readonly sessionId: string } | { readonly teamId: string };

/** `events` are what was published just now, in order; `head` is the newest position they reach. */
export type FeedListener = (events: readonly TimelineEvent[], head: number) => void;

/** How far a feed reaches; its events themselves are in the database. */
export interface Position {
  readonly feed: Feed;
  readonly head: number;
}

/** Who listens to which feed in this process. It keeps nothing: what a listener missed is in the database. */
export interface FeedHub {
  /** Committed events in the order of the outbox; telling some twice is harmless. */
  publish(events: readonly TimelineEvent[]): void;
  /** Feeds reach this far by now: whoever listens reads what is missing. */
  announce(positions: readonly Position[]): void;
  /** The feeds somebody listens to. */
  watched(): { sessions: string[]; teams: string[] };
  listen(feed: Feed, listener: FeedListener): () => void;
}

export function createFeedHub(onError: (error: unknown) => void): FeedHub {
  const listeners = new Map<string, Set<FeedListener>>();
  const keyOf = (feed: Feed) => ('sessionId' in feed ? `session:${feed.sessionId}` : `team:${feed.teamId}`);

  function tell(key: string, events: readonly TimelineEvent[], head: number): void {
    for (const listener of listeners.get(key) ?? []) {
      try {
        listener(events, head);
      } catch (error) {
        // One watcher's trouble must not keep the others, or the outbox, waiting.
        onError(error);
      }
    }
  }

  return {
    publish(events) {
      const feeds = new Map<string, { events: TimelineEvent[]; head: number }>();
      for (const event of events) {
        add(feeds, keyOf({ teamId: event.teamId }), event, event.cursor);
        if (event.sessionId !== null) add(feeds, keyOf({ sessionId: event.sessionId }), event, event.seq ?? 0);
      }
      for (const [key, feed] of feeds) tell(key, feed.events, feed.head);
    },
    announce(positions) {
      for (const { feed, head } of positions) tell(keyOf(feed), [], head);
    },
    watched() {
      const ids = (kind: string) =>
        [...listeners.keys()].filter((key) => key.startsWith(kind)).map((key) => key.slice(kind.length));
      return { sessions: ids('session:'), teams: ids('team:') };
    },
    listen(feed, listener) {
      const key = keyOf(feed);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
  };
}

function add(
  feeds: Map<string, { events: TimelineEvent[]; head: number }>,
  key: string,
  event: TimelineEvent,
  position: number,
): void {
  const feed = feeds.get(key) ?? { events: [], head: 0 };
  feed.events.push(event);
  feed.head = Math.max(feed.head, position);
  feeds.set(key, feed);
}
