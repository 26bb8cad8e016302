import type { AgentRunner, Log, RunEvent } from '../../application/ports.ts';
import { DomainError } from '../../domain/errors.ts';
import { createEventQueue } from './event-queue.ts';
import { abortRun } from './opencode-abort.ts';
import { deliverAnswer, openAsksOf } from './opencode-asks.ts';
import { openCodeClient, RuntimeProblem } from './opencode-client.ts';
import { forgetRun } from './opencode-forget.ts';
import type { RuntimeLink } from './opencode-link.ts';
import { descendantsOf, findSession, remoteDirectory } from './opencode-remote.ts';
import { driveRun, type RunContext, type Totals } from './opencode-run.ts';
import { createEventStream } from './opencode-stream.ts';
import { type Worker, workerFor } from './opencode-worker.ts';
import { createRunHandle, type RunHandle } from './run-handle.ts';

export interface OpenCodeRunnerOptions {
  link: RuntimeLink;
  log: Log;
  runtimeId: string;
  /** `provider/model` of an order that names none. */
  defaultModel: () => string;
  meterTotals?: (attemptId: string) => Promise<Totals>;
  reportCall?: RunContext['reportCall'];
  /** Where an attempt's tools are. */
  toolsUrl?: (attemptId: string) => string;
  pollMs?: number;
  /** How long a run waits for a runtime that is not there. */
  offlineMs?: number;
}

/** Runs attempts on one OpenCode (facts 8). Nothing it decides rests on memory: REST is read again each time. */
export function createOpenCodeRunner(options: OpenCodeRunnerOptions): AgentRunner {
  const { link, log } = options;
  const answered = new Set<string>();
  const handles = new Map<string, RunHandle>();
  const context: RunContext = {
    link,
    stream: createEventStream(link, log),
    log,
    runtimeId: options.runtimeId,
    defaultModel: options.defaultModel,
    meterTotals: options.meterTotals,
    reportCall: options.reportCall,
    answered,
    workerFor: knownWorkers(link),
    toolsUrl: options.toolsUrl,
    pollMs: options.pollMs ?? 5_000,
    offlineMs: options.offlineMs ?? 300_000,
  };

  const connected = () => {
    const address = link.client();
    if (address === null) {
      throw new DomainError('UNAVAILABLE', `The runtime is not online: ${link.status().detail}`, {
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
      const release = link.hold();
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

    abort: (order) => abortRun(link, order, handles.get(order.attemptId) ?? null),

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

    async forget({ remoteSessionId }) {
      const client = connected();
      try {
        await forgetRun(client, remoteSessionId, link.outputs);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** Agents and models are those of the server's configuration, the same in every directory: asked once per process. */
function knownWorkers(link: RuntimeLink): RunContext['workerFor'] {
  const fine = new Map<string, Worker>();
  return async (client, order, model, directory) => {
    const key = JSON.stringify([link.client()?.generation, order.agent.permissionPreset, model]);
    const known = fine.get(key);
    if (known !== undefined) return known;
    const found = await workerFor(client, order, model, { directory, ours: link.restart !== null });
    if (!('problem' in found)) fine.set(key, found);
    return found;
  };
}

// Of the answers that refuse a request, those that another moment may change: a timeout, too early, too many.
const passing = new Set([408, 425, 429]);

/** A server that is away, broken or busy is UNAVAILABLE; a request it does not understand is a fault of ours. */
function unavailable(error: unknown): unknown {
  if (!(error instanceof RuntimeProblem)) return error;
  if (error.status >= 400 && error.status < 500 && !passing.has(error.status))
    return new DomainError('INTERNAL', error.message, { cause: error });
  return new DomainError('UNAVAILABLE', error.message, { retryAfterSeconds: 5, cause: error });
}
