import type { Log } from '../../application/ports.ts';
import { lockLost } from '../../domain/lock.ts';
import type { RunScript } from './redis-lock-scripts.ts';

interface Holding {
  readonly id: string;
  readonly names: readonly string[];
  readonly ttlMs: number;
  readonly controller: AbortController;
  /** When the server was last asked, in time, to count anew. */
  sentAt: number;
  renewal?: NodeJS.Timeout | undefined;
  expiry?: NodeJS.Timeout | undefined;
}

/** A renewal that failed is tried again so soon. */
const againMs = 250;

/**
 * What this process holds: renewed at a third of its time, and taken for lost by our own steady clock when no renewal came
 * through, so that the holder knows before anybody else can come to hold it.
 */
export function createHoldings(run: RunScript, log: Log) {
  const holdings = new Map<string, Holding>();
  const now = () => performance.now();

  function forget(holding: Holding): void {
    clearTimeout(holding.renewal);
    clearTimeout(holding.expiry);
    holdings.delete(holding.id);
  }

  function lose(id: string, why: string): void {
    const holding = holdings.get(id);
    if (holding === undefined) return;
    forget(holding);
    log.warn({ resources: holding.names, why }, 'A lock was lost');
    holding.controller.abort(lockLost(holding.names, why));
  }

  /** Its time counts from when the renewal was sent, which is before the server counted. */
  function plan(holding: Holding, renewInMs: number): void {
    clearTimeout(holding.expiry);
    clearTimeout(holding.renewal);
    const left = holding.sentAt + holding.ttlMs - now();
    holding.expiry = setTimeout(() => lose(holding.id, 'it could not be renewed in time'), Math.max(0, left));
    holding.renewal = setTimeout(() => void renew(holding), renewInMs);
  }

  async function renew(holding: Holding): Promise<void> {
    const sentAt = now();
    try {
      const gone = (await run('lockRenew', holding.id, holding.ttlMs)) as string[];
      if (!holdings.has(holding.id)) return;
      if (gone.length > 0) lose(holding.id, 'its server knows nothing of it any more');
      else {
        holding.sentAt = sentAt;
        plan(holding, holding.ttlMs / 3);
      }
    } catch {
      // The connection tells of its outage itself; what counts here is the time that is left.
      if (holdings.has(holding.id)) plan(holding, Math.min(againMs, holding.ttlMs / 6));
    }
  }

  return {
    has: (id: string) => holdings.has(id),
    ids: () => [...holdings.values()].map(({ id, names }) => ({ id, names })),

    /** Kept from now on; `sentAt` is when the server was last asked to count its time. */
    keep(id: string, names: readonly string[], ttlMs: number, sentAt: number): AbortSignal {
      const holding: Holding = { id, names, ttlMs, controller: new AbortController(), sentAt };
      holdings.set(id, holding);
      plan(holding, ttlMs / 3);
      return holding.controller.signal;
    },

    lose,

    /** No longer kept; false when it was not (any more). */
    drop(id: string): boolean {
      const holding = holdings.get(id);
      if (holding !== undefined) forget(holding);
      return holding !== undefined;
    },

    /** After an outage nobody waits for the next third: what was forgotten meanwhile is told now. */
    check(): void {
      for (const holding of [...holdings.values()]) {
        clearTimeout(holding.renewal);
        void renew(holding);
      }
    },
  };
}
