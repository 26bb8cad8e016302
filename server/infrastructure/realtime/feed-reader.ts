import type { TimelineEvent } from '../../domain/events.ts';

/** More than this many missed events are not replayed: the client is told of the gap and loads (api.md, Socket.IO). */
const replayLimit = 5_000;
const pageSize = 500;
/** How often an announced event that cannot be read yet is looked for before the next announcement. */
const mostLooks = 20;

export interface FeedReaderOptions {
  /** A session counts 1, 2, 3 …; a team's cursor has holes. */
  readonly kind: 'session' | 'team';
  readonly read: (after: number, limit: number) => Promise<readonly TimelineEvent[]>;
  readonly emit: (events: readonly TimelineEvent[]) => void;
  readonly gap: (from: number, to: number) => void;
  /** The receiver takes nothing now; `resume` is called when it does again. */
  readonly full: () => boolean;
  readonly onError: (error: unknown) => void;
}

export interface FeedReader {
  /** Goes on after `position`, towards `head`. */
  start(position: number, head: number): void;
  /** What was published just now. */
  offer(events: readonly TimelineEvent[], head: number): void;
  resume(): void;
  close(): void;
}

/**
 * Hands one receiver the events of one feed: each once, in order, none left out. It knows where the receiver stands;
 * a published event that follows directly is handed on, everything else is read from the database, so replay, a slow
 * receiver and a hole in the publishing are the same case. Nothing is kept here, so nothing can grow.
 */
export function createFeedReader(options: FeedReaderOptions): FeedReader {
  const { kind, read, emit, gap, full, onError } = options;
  const positionOf = (event: TimelineEvent) => (kind === 'session' ? (event.seq ?? 0) : event.cursor);
  let state: 'waiting' | 'open' | 'closed' = 'waiting';
  let position = 0;
  let head = 0;
  let generation = 0;
  let reading = false;
  let looks = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (ms: number) => {
    clearTimeout(timer);
    if (state === 'open' && position < head && !full()) timer = setTimeout(catchUp, ms);
  };

  function catchUp(): void {
    if (reading || state !== 'open' || position >= head || full()) return;
    reading = true;
    clearTimeout(timer);
    void replay(generation)
      .catch((error: unknown) => {
        onError(error);
        looks = Math.max(looks + 1, 5);
      })
      .finally(() => {
        reading = false;
        // The head, or the place to go on from, may have moved meanwhile.
        if (looks < mostLooks) later(looks === 0 ? 0 : Math.min(2_000, 25 * 2 ** looks));
      });
  }

  async function replay(mine: number): Promise<void> {
    let replayed = 0;
    while (state === 'open' && mine === generation && position < head && !full()) {
      if (kind === 'session' ? head - position > replayLimit : replayed >= replayLimit) {
        gap(position + 1, head);
        position = head;
        return;
      }
      const page = await read(position, pageSize);
      if (state !== 'open' || mine !== generation) return;
      const last = page.at(-1);
      if (last === undefined) {
        // Announced but not to be seen: an earlier transaction of the team is still open.
        looks += 1;
        return;
      }
      looks = 0;
      position = positionOf(last);
      replayed += page.length;
      emit(page);
    }
  }

  return {
    start(from, newest) {
      state = 'open';
      generation += 1;
      position = from;
      head = Math.max(head, newest);
      looks = 0;
      if (!reading) catchUp();
    },
    offer(events, newest) {
      if (state === 'closed') return;
      head = Math.max(head, newest);
      looks = 0;
      if (state !== 'open' || reading) return;
      if (kind === 'session' && !full()) {
        const next = events.filter((event) => positionOf(event) > position);
        const direct = next.every((event, index) => positionOf(event) === position + 1 + index);
        if (direct && next.length > 0) {
          position += next.length;
          emit(next);
        }
      }
      catchUp();
    },
    resume: catchUp,
    close() {
      state = 'closed';
      generation += 1;
      clearTimeout(timer);
    },
  };
}
