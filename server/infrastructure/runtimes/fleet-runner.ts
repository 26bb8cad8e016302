import { setTimeout as delay } from 'node:timers/promises';
import type { AgentRunner, RunOrder } from '../../application/ports.ts';
import { DomainError } from '../../domain/errors.ts';

/** Runs each attempt on the server its row names. A runtime that was taken off meanwhile is told as a loss. */
export function createFleetRunner(
  runnerOf: (runtimeId: string) => AgentRunner | null,
  patienceMs = 20_000,
): AgentRunner {
  const gone = 'The runtime of this attempt is not known to this instance any more';
  const existing = (order: Pick<RunOrder, 'runtimeId'>): AgentRunner => {
    const runner = runnerOf(order.runtimeId);
    if (runner === null) throw new DomainError('UNAVAILABLE', `${gone}.`, { retryAfterSeconds: 5 });
    return runner;
  };
  return {
    async *run(order, signal) {
      // Enrolled through another instance a moment ago, it is watched here at the next turn.
      const until = Date.now() + patienceMs;
      while (runnerOf(order.runtimeId) === null && Date.now() < until && !signal.aborted)
        await delay(250, undefined, { signal }).catch(() => undefined);
      const runner = runnerOf(order.runtimeId);
      if (signal.aborted) return;
      if (runner === null) yield { type: 'lost', message: gone };
      else yield* runner.run(order, signal);
    },
    answer: (order, ask, answer) => existing(order).answer(order, ask, answer),
    abort: async (order) => runnerOf(order.runtimeId)?.abort(order) ?? { rung: 'unverified', detail: gone },
    openAsks: (order) => existing(order).openAsks(order),
    forget: async (record) => existing(record).forget(record),
  };
}
