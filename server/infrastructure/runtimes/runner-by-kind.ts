import type { AgentRunner, RunOrder } from '../../application/ports.ts';
import type { RuntimeKind } from '../../domain/runtime.ts';

/** One runner in front of several: each order goes to the one for the kind of its runtime, which never changes. */
export function createRunnerByKind(
  kindOf: (runtimeId: string) => Promise<RuntimeKind>,
  runners: Readonly<Record<RuntimeKind, AgentRunner>>,
): AgentRunner {
  const kinds = new Map<string, RuntimeKind>();
  const runnerOf = async ({ runtimeId }: Pick<RunOrder, 'runtimeId'>): Promise<AgentRunner> => {
    const kind = kinds.get(runtimeId) ?? (await kindOf(runtimeId));
    kinds.set(runtimeId, kind);
    return runners[kind];
  };
  return {
    async *run(order, signal) {
      yield* (await runnerOf(order)).run(order, signal);
    },
    answer: async (order, ask, answer) => (await runnerOf(order)).answer(order, ask, answer),
    abort: async (order) => (await runnerOf(order)).abort(order),
    openAsks: async (order) => (await runnerOf(order)).openAsks(order),
    forget: async (record) => (await runnerOf(record)).forget(record),
  };
}
