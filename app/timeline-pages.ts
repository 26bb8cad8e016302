import type { LiveEvent } from './live.ts';

export const pageSize = 200;
/** More pages than this are forgotten, those asked for longest ago first: a day's events do not stay in memory. */
const keptPages = 60;
const atOnce = 3;

export type ReadPage = (after: number, limit: number, signal: AbortSignal) => Promise<readonly LiveEvent[]>;

/** Pages of a session's events, read where somebody looks and forgotten where nobody does. */
export interface TimelinePages {
  /** The event of this number, if it is here. */
  at(seq: number): LiveEvent | undefined;
  /** Whether the page it would stand on is here: an event that is not on it was taken away. */
  has(seq: number): boolean;
  /** All that are here, in order. */
  all(): readonly LiveEvent[];
  /** Somebody looks at these numbers: what is not here is read. */
  want(from: number, to: number): void;
  /** The live tail: it is never read, and never forgotten here. */
  tail(events: readonly LiveEvent[]): void;
  subscribe(listener: () => void): () => void;
  /** Another number after every change. */
  version(): number;
  /** The last reading that failed, until one succeeds. */
  failure(): unknown;
  close(): void;
}

export function createTimelinePages(read: ReadPage): TimelinePages {
  const pages = new Map<number, readonly LiveEvent[]>();
  const reading = new Map<number, AbortController>();
  const listeners = new Set<() => void>();
  let wanted: number[] = [];
  let live: readonly LiveEvent[] = [];
  let joined: readonly LiveEvent[] | null = null;
  let version = 0;
  let failure: unknown = null;

  const told = () => {
    version += 1;
    joined = null;
    for (const listener of listeners) listener();
  };
  const firstLive = () => live[0]?.seq ?? Number.POSITIVE_INFINITY;
  const pageOf = (seq: number) => Math.floor((seq - 1) / pageSize);

  function readNext(): void {
    for (const page of wanted) {
      if (reading.size >= atOnce) return;
      if (pages.has(page) || reading.has(page)) continue;
      const stop = new AbortController();
      reading.set(page, stop);
      read(page * pageSize, pageSize, stop.signal)
        .then((events) => {
          if (stop.signal.aborted) return;
          failure = null;
          pages.set(page, events);
          for (const oldest of pages.keys()) {
            if (pages.size <= keptPages) break;
            if (!wanted.includes(oldest)) pages.delete(oldest);
          }
        })
        .catch((error: unknown) => {
          if (!stop.signal.aborted) failure = error;
          // Asked for again when somebody looks there again.
          wanted = wanted.filter((one) => one !== page);
        })
        .finally(() => {
          if (reading.get(page) === stop) reading.delete(page);
          if (stop.signal.aborted) return;
          told();
          readNext();
        });
    }
  }

  return {
    at(seq) {
      const first = firstLive();
      if (seq >= first) return live[seq - first];
      return pages.get(pageOf(seq))?.find((event) => event.seq === seq);
    },
    has: (seq) => seq >= firstLive() || pages.has(pageOf(seq)),
    all() {
      const first = firstLive();
      joined ??= [...pages.keys()]
        .sort((a, b) => a - b)
        .flatMap((page) => (pages.get(page) ?? []).filter((event) => (event.seq ?? 0) < first))
        .concat(live);
      return joined;
    },
    want(from, to) {
      const last = Math.min(to, firstLive() - 1);
      const next: number[] = [];
      for (let page = pageOf(Math.max(1, from)); page * pageSize < last; page++) {
        next.push(page);
        const known = pages.get(page);
        if (known === undefined) continue;
        // Looked at again: it is the newest of what is kept.
        pages.delete(page);
        pages.set(page, known);
      }
      wanted = next;
      for (const [page, stop] of reading) {
        if (next.includes(page)) continue;
        stop.abort();
        reading.delete(page);
      }
      readNext();
    },
    tail(events) {
      if (events === live) return;
      live = events;
      told();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    failure: () => failure,
    close() {
      for (const stop of reading.values()) stop.abort();
      reading.clear();
    },
  };
}
