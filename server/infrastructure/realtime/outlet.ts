import type { TimelineEvent } from '../../domain/events.ts';

/** What the connection under a socket must do for the outlet. */
export interface Wire {
  emit(event: string, ...values: unknown[]): void;
  /** Calls back whenever everything written has been handed to the network. */
  onDrain(listener: () => void): void;
}

export interface Delta {
  readonly sessionId: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly partId: string;
  readonly text: string;
}

export interface Outlet {
  events(feed: string, events: readonly TimelineEvent[]): void;
  /** Streamed text; dropped when the receiver is slow, since its stored part will come. */
  output(delta: Delta): void;
  /** Whether the receiver is too slow to take more now. */
  full(): boolean;
  /** Called when it can take more again. */
  onReady(listener: () => void): void;
  close(): void;
}

/** The first batch goes at once; what follows within this time goes together (api.md, Socket.IO). */
const togetherMs = 100;
const batchSize = 500;
const mostWaiting = 1_000;
const mostUnsent = 4;

/** Gathers what one socket is sent into batches, and says when the socket is too slow for more. */
export function createOutlet(wire: Wire): Outlet {
  const waiting = new Map<string, TimelineEvent[]>();
  const deltas = new Map<string, Delta>();
  let ready: () => void = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsent = 0;
  let closed = false;

  const count = () => [...waiting.values()].reduce((sum, events) => sum + events.length, 0);
  const full = () => closed || unsent >= mostUnsent || count() >= mostWaiting;

  wire.onDrain(() => {
    const was = full();
    unsent = 0;
    if (was && !closed) ready();
  });

  function send(name: string, value: unknown): void {
    unsent += 1;
    wire.emit(name, value);
  }

  function flush(): void {
    timer = undefined;
    if (closed || (waiting.size === 0 && deltas.size === 0)) return;
    // Streamed text first: the stored part that replaces it may be among the events.
    for (const delta of deltas.values()) send('output', delta);
    deltas.clear();
    const batches = [...waiting.values()];
    waiting.clear();
    for (const events of batches) {
      for (let at = 0; at < events.length; at += batchSize)
        send('events', events.slice(at, at + batchSize).map(wireEvent));
    }
    timer = setTimeout(flush, togetherMs);
    if (!full()) ready();
  }

  function soon(): void {
    if (timer === undefined) flush();
  }

  return {
    events(feed, events) {
      if (closed || events.length === 0) return;
      const before = waiting.get(feed);
      if (before === undefined) waiting.set(feed, [...events]);
      else before.push(...events);
      soon();
    },
    output(delta) {
      if (full()) return;
      const before = deltas.get(delta.partId);
      deltas.set(delta.partId, before === undefined ? delta : { ...delta, text: before.text + delta.text });
      soon();
    },
    full,
    onReady(listener) {
      ready = listener;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      waiting.clear();
      deltas.clear();
    },
  };
}

/** An event as a client gets it: the team is the receiver's own. */
function wireEvent({ id, cursor, sessionId, seq, type, at, actor, payload, v }: TimelineEvent) {
  return { id, cursor, sessionId, seq, type, at, actor, payload, v };
}
