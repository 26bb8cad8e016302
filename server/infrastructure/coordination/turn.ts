import type { LockRequest } from '../../application/coordination-port.ts';
import { DomainError } from '../../domain/errors.ts';

const usualWaitMs = 30_000;

/** The wait of one request for its turn: bounded in time, and given up when its signal fires. */
export interface Turn {
  /** Settles once: it is this one's turn, or why it never will be. */
  readonly come: Promise<void>;
  arrive(): void;
  refuse(reason: unknown): void;
  /** It is queued behind somebody: over for one that was not to wait at all. */
  queued(): void;
}

/** Opens the wait. Nobody has to await it for its failure to be handled. */
export function openTurn(names: readonly string[], request: LockRequest, why = () => 'another one has it'): Turn {
  const { waitMs = usualWaitMs, signal, owner } = request;
  const { promise: come, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => reject(signal?.reason);
  const tooLong = () => {
    const seconds = Math.round(waitMs / 100) / 10;
    const sentence = `${owner} did not get ${names.join(', ')} within ${seconds} s: ${why()}. Try again.`;
    reject(new DomainError('UNAVAILABLE', sentence, { details: { resources: names, waitedMs: waitMs } }));
  };
  const timer = waitMs > 0 ? setTimeout(tooLong, waitMs) : undefined;
  signal?.addEventListener('abort', giveUp, { once: true });
  const closed = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  };
  come.then(closed, closed);
  return { come, arrive: resolve, refuse: reject, queued: () => (waitMs > 0 ? undefined : tooLong()) };
}
