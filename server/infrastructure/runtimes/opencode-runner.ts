import type { AgentRunner, Log, RunEvent } from '../../application/ports.ts';
import { DomainError } from '../../domain/errors.ts';
import { createEventQueue } from './event-queue.ts';
import { abortRun } from './opencode-abort.ts';
import { deliverAnswer, openAsksOf } from './opencode-asks.ts';
import { openCodeClient, RuntimeProblem } from './opencode-client.ts';
import { descendantsOf, findSession, orderProblem, remoteDirectory } from './opencode-remote.ts';
import { driveRun, type RunContext, type Totals } from './opencode-run.ts';
import { createEventStream } from './opencode-stream.ts';
import type { Supervisor } from './opencode-supervisor.ts';
import { createRunHandle, type RunHandle } from './run-handle.ts';

export interface OpenCodeRunnerOptions {
  supervisor: Supervisor;
  log: Log;
  runtimeId: string;
  /** `provider/model` of an order that names none. */
  defaultModel: () => string;
  meterTotals?: (attemptId: string) => Promise<Totals>;
  /** Where an attempt's tools are. */
  toolsUrl?: (attemptId: string) => string;
  pollMs?: number;
  /** How long a run waits for a runtime that is not there. */
  offlineMs?: number;
}

/** Runs attempts on the supervised OpenCode (facts 8). Nothing it decides rests on memory: REST is read again each time. */
export function createOpenCodeRunner(options: OpenCodeRunnerOptions): AgentRunner {
  const { supervisor, log } = options;
  const answered = new Set<string>();
  const handles = new Map<string, RunHandle>();
  const context: RunContext = {
    supervisor,
    stream: createEventStream(supervisor, log),
    log,
    runtimeId: options.runtimeId,
    defaultModel: options.defaultModel,
    meterTotals: options.meterTotals,
    answered,
    orderProblem: knownProblems(supervisor),
    toolsUrl: options.toolsUrl,
    pollMs: options.pollMs ?? 5_000,
    offlineMs: options.offlineMs ?? 300_000,
  };

  const connected = () => {
    const address = supervisor.client();
    if (address === null) {
      throw new DomainError('UNAVAILABLE', `The runtime is not online: ${supervisor.status().detail}`, {
        retryAfterSeconds: 5,
      });
    }
    return openCodeClient(address);
  };

  return {
    async *run(order, signal) {
      const detach = new AbortController();
      const stopped = AbortSignal.any([signal, detach.signal]);
      const handle = createRunHandle(stopped);
      handles.set(order.attemptId, handle);
      const release = supervisor.hold();
      const queue = createEventQueue<RunEvent>();
      const driving = driveRun(context, order, handle, stopped, queue.push).then(
        (end) => {
          if (end !== null) queue.push(end);
          queue.close();
        },
        (error: unknown) => queue.close(error),
      );
      try {
        yield* queue.items();
      } finally {
        detach.abort();
        // What it was posting is posted: an abort that follows finds it, instead of coming before it.
        await driving;
        release();
        // Kept a moment, because a post is answered before its run is busy, and an abort must know of it.
        setTimeout(() => {
          if (handles.get(order.attemptId) === handle) handles.delete(order.attemptId);
        }, 2_000).unref();
      }
    },

    async answer(order, ask, answer) {
      answered.add(ask.remoteAskId);
      try {
        await deliverAnswer(connected(), await remoteDirectory(order), ask, answer);
      } catch (error) {
        answered.delete(ask.remoteAskId);
        throw unavailable(error);
      }
    },

    abort: (order) => abortRun(supervisor, order, handles.get(order.attemptId) ?? null),

    async openAsks(order) {
      const client = connected();
      try {
        if ((await findSession(client, order.remoteSessionId)) === null) return [];
        const below = await descendantsOf(client, order.remoteSessionId);
        const tree = new Set([order.remoteSessionId, ...below.map(({ id }) => id)]);
        const asks = await openAsksOf(client, await remoteDirectory(order), tree);
        return asks.map(({ callId: _, ...ask }) => ask);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** Agents and models are those of our own configuration, the same in every directory: asked once per process. */
function knownProblems(supervisor: Supervisor): RunContext['orderProblem'] {
  const fine = new Set<string>();
  return async (client, order, model, directory) => {
    const key = JSON.stringify([supervisor.client()?.generation, order.agent.permissionPreset, model]);
    if (fine.has(key)) return null;
    const problem = await orderProblem(client, order, model, directory);
    if (problem === null) fine.add(key);
    return problem;
  };
}

function unavailable(error: unknown): unknown {
  if (!(error instanceof RuntimeProblem)) return error;
  return new DomainError('UNAVAILABLE', error.message, { retryAfterSeconds: 5, cause: error });
}
