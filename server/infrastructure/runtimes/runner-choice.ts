import type { AgentRunner, RunOrder } from '../../application/ports.ts';

/** One runner in front of several: each order goes to the one that runs its runtime. */
export function createRunnerChoice(runnerOf: (order: RunOrder) => AgentRunner): AgentRunner {
  return {
    run: (order, signal) => runnerOf(order).run(order, signal),
    answer: (order, ask, answer) => runnerOf(order).answer(order, ask, answer),
    abort: (order) => runnerOf(order).abort(order),
    openAsks: (order) => runnerOf(order).openAsks(order),
  };
}
