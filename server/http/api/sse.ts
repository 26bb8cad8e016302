import { once } from 'node:events';
import type { Response } from 'express';

/** Called with the newest position of a feed, after its commit. May be called too often, never too seldom. */
export type Nudge = (head: number) => void;

export interface EventStream<T> {
  /** The position after which the first event follows. */
  readonly from: number;
  readonly limit: number;
  readonly read: (after: number) => Promise<readonly T[]>;
  readonly positionOf: (item: T) => number;
  readonly dataOf: (item: T) => unknown;
  readonly subscribe: (nudge: Nudge) => () => void;
  /** Throws when the reader may no longer read. */
  readonly admit: () => Promise<unknown>;
  readonly stopping: AbortSignal | undefined;
  readonly heartbeatMs?: number;
  /** Called once, however the stream ends. */
  readonly release: () => void;
}

/**
 * Server-Sent Events over a stored feed: what is stored is the truth and each event is read from there once, in order;
 * the nudge only says when to look. Ends when the client goes, the server stops, or the reader may no longer read.
 */
export async function streamEvents<T>(res: Response, feed: EventStream<T>): Promise<void> {
  const heartbeatMs = feed.heartbeatMs ?? 15_000;
  const bell = createBell();
  let head = 0;
  let open = true;
  const close = () => {
    open = false;
    bell.ring();
  };
  const unsubscribe = feed.subscribe((position) => {
    head = Math.max(head, position);
    bell.ring();
  });
  res.on('close', close);
  feed.stopping?.addEventListener('abort', close);
  try {
    let position = feed.from;
    let page = await feed.read(position);
    begin(res);
    let beatAt = Date.now() + heartbeatMs;
    let looks = 0;
    while (open && !feed.stopping?.aborted) {
      for (const item of page) {
        if (!open) return;
        position = feed.positionOf(item);
        await write(res, `id: ${position}\ndata: ${JSON.stringify(feed.dataOf(item))}\n\n`);
      }
      if (page.length < feed.limit) {
        // A later event may be announced while an earlier transaction is still open and hides it: look again, a few times.
        looks = page.length > 0 ? 0 : looks + 1;
        const again = position < head && looks < 5 ? 50 * 2 ** looks : heartbeatMs;
        if (await bell.wait(Math.min(again, Math.max(0, beatAt - Date.now())))) looks = 0;
        if (Date.now() >= beatAt && open) {
          await feed.admit();
          await write(res, ': still here\n\n');
          beatAt = Date.now() + heartbeatMs;
        }
      }
      if (open) page = await feed.read(position);
    }
  } finally {
    feed.release();
    unsubscribe();
    res.off('close', close);
    feed.stopping?.removeEventListener('abort', close);
    if (res.headersSent) res.end();
  }
}

function begin(res: Response): void {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  res.write('retry: 2000\n\n');
}

async function write(res: Response, text: string): Promise<void> {
  if (res.destroyed || res.write(text)) return;
  // Whoever reads slowly is waited for; nothing piles up here.
  const settled = new AbortController();
  const { signal } = settled;
  try {
    await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })]);
  } finally {
    settled.abort();
  }
}

function createBell() {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      rung = true;
      wake?.();
    },
    /** True when rung, also before the wait began; false when the time is over. */
    async wait(ms: number): Promise<boolean> {
      if (!rung) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
        wake = null;
      }
      const was = rung;
      rung = false;
      return was;
    },
  };
}
