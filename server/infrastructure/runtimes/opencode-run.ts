import { setTimeout as delay } from 'node:timers/promises';
import type { Log, RunEnd, RunEvent, RunOrder } from '../../application/ports.ts';
import type { Usage } from '../../domain/metrics.ts';
import { tellAborted } from './opencode-aborted.ts';
import { openAsksOf } from './opencode-asks.ts';
import { type OpenCodeClient, openCodeClient, RuntimeProblem } from './opencode-client.ts';
import type { RuntimeLink } from './opencode-link.ts';
import {
  descendantsOf,
  ensureSession,
  findSession,
  lastPrompt,
  offerTools,
  postPrompt,
  refreshMessages,
  remoteDirectory,
  statusesOf,
  usageOfTree,
} from './opencode-remote.ts';
import { type Standing, standingOf } from './opencode-settle.ts';
import type { Message, RemoteSession } from './opencode-shapes.ts';
import type { EventStream } from './opencode-stream.ts';
import type { Worker } from './opencode-worker.ts';
import { type ReportedCall, reportedCalls } from './own-usage.ts';
import type { RunHandle } from './run-handle.ts';
import { listenTo } from './run-listener.ts';
import { createReporter } from './run-reporter.ts';
import { online } from './runtime-wait.ts';

export interface Totals {
  usage: Usage;
  calls: number;
  errors: number;
  /** How many of the calls the runtime itself told of. */
  reported?: number;
}

export interface RunContext {
  link: RuntimeLink;
  stream: EventStream;
  log: Log;
  runtimeId: string;
  defaultModel: () => string;
  /** What was metered for an attempt; without it the tokens of OpenCode's own sessions are told. */
  meterTotals: ((attemptId: string) => Promise<Totals>) | undefined;
  /** Takes down a call of a server's own provider, which our gateway never saw. */
  reportCall: ((call: ReportedCall) => Promise<void>) | undefined;
  answered: ReadonlySet<string>;
  workerFor: (
    client: OpenCodeClient,
    order: RunOrder,
    model: string,
    directory: string,
  ) => Promise<Worker | { problem: string }>;
  /** Where an attempt's tools are; without it the agents have none of ours. */
  toolsUrl: ((attemptId: string) => string) | undefined;
  pollMs: number;
  offlineMs: number;
}

/** Posting the same prompt again this often without any progress ends the run. */
const maxPosts = 3;
/** A longer wait for a quota ends the attempt; the engine tries again after it. */
const longestParkingMs = 3_600_000;
/** A post is answered before the run begins: what was seen before it is not judged again for so long. */
const settleMs = 10_000;

/**
 * Drives one order to its end, over any number of OpenCode processes: looks at REST when something happened or time
 * passed, tells what is new, and posts the prompt again where it was cut. Null when `signal` detached it.
 */
export async function driveRun(
  context: RunContext,
  order: RunOrder,
  handle: RunHandle,
  signal: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<RunEnd | null> {
  const { link, log } = context;
  const model = order.model ?? context.defaultModel();
  const directory = await remoteDirectory(order);
  const reporter = createReporter(directory, context.answered, emit);
  const tree = new Set([order.remoteSessionId]);
  const known = new Map<string, Message>();
  let worker: Worker | null = null;
  let generation = -1;
  let started = false;
  let freshLook = true;
  let posts = 0;
  let progress = 0;
  let judged = null as { picture: string; postedAt: number } | null;
  let troubles = 0;
  let counted = '';
  let parkedTold = false;

  const post = async (client: OpenCodeClient, messages: readonly Message[]) => {
    if (worker === null) return;
    posts += 1;
    judged = { picture: pictureOf(messages), postedAt: Date.now() };
    freshLook = false;
    parkedTold = false;
    handle.postedAt = Date.now();
    const posting = postPrompt(client, order, { worker, model }, lastPrompt(order, messages));
    handle.posting = posting.catch(() => undefined);
    await posting;
  };

  const exhausted = (end: RunEnd | null): RunEnd =>
    end ?? {
      type: 'failed',
      failure: 'transient',
      message: 'The run stopped between two steps and could not be resumed',
      retryAt: null,
    };

  async function look(client: OpenCodeClient): Promise<RunEnd | null> {
    const waitingCalls = reporter.waitingCalls();
    const toldAsks = reporter.toldAsks();
    // The status first: an idle one read before the messages makes them final.
    const statuses = await statusesOf(client, directory);
    const [messages, below] = await Promise.all([
      refreshMessages(client, order.remoteSessionId, known),
      descendantsOf(client, order.remoteSessionId),
    ]);
    reporter.messages(messages);
    for (const { id } of below) {
      tree.add(id);
      reporter.messages(await refreshMessages(client, id, new Map()));
    }
    reporter.asks(await openAsksOf(client, directory, tree), toldAsks);

    const standing = standingOf({
      status: statuses[order.remoteSessionId],
      messages,
      promptId: order.remoteMessageId,
      waitingCalls,
    });
    const finished = messages.filter(
      ({ info }) => info.time.completed !== undefined && info.error === undefined,
    ).length;
    // The budget is for standing still, not for a long run with many interruptions.
    if (finished > progress) posts = 0;
    progress = Math.max(progress, finished);
    if (standing.kind === 'running') freshLook = false;
    const end = await act(client, standing, messages);
    // Asked for only when there is something new to add up.
    const picture = pictureOf(messages);
    if (end !== null || picture !== counted) reporter.usage(await totals(client, below, messages));
    counted = picture;
    return end;
  }

  async function act(client: OpenCodeClient, standing: Standing, messages: readonly Message[]): Promise<RunEnd | null> {
    if (standing.kind === 'running') return standing.retry === null ? null : tooLong(client, standing.retry);
    if (handle.aborted) return { type: 'aborted', message: 'The run was aborted' };
    const justPosted = judged !== null && Date.now() - judged.postedAt < settleMs;
    if (justPosted && (standing.kind !== 'ended' || judged?.picture === pictureOf(messages))) return null;
    if (standing.kind === 'absent') {
      if (posts > maxPosts) return exhausted(null);
      await post(client, []);
      return null;
    }
    const end = standing.kind === 'ended' ? standing.end : null;
    if (parked(end)) return null;
    const resume =
      waitable(end) ||
      standing.kind === 'interrupted' ||
      standing.resume === 'always' ||
      (standing.resume === 'fresh' && freshLook);
    if (end !== null && !resume) return end;
    if (posts > maxPosts) return exhausted(end);
    emit({ type: 'progress', note: end === null ? 'Resumed between two steps' : 'Resumed after an interruption' });
    log.info({ attemptId: order.attemptId, posts }, 'A cut run is resumed with the same ids');
    await tellAborted(client, messages);
    await post(client, messages);
    return null;
  }

  // A spent quota with a known reset is waited out here: the attempt is parked, and nothing starts anew.
  function parked(end: RunEnd | null): boolean {
    if (!waitable(end) || end.retryAt === null || end.retryAt.getTime() <= Date.now()) return false;
    if (!parkedTold) emit({ type: 'progress', note: `Parked until ${end.retryAt.toISOString()}: ${end.message}` });
    parkedTold = true;
    return true;
  }

  // OpenCode would honour a wait of days; the engine waits better, without holding the run.
  async function tooLong(client: OpenCodeClient, retry: { message: string; at: Date }): Promise<RunEnd | null> {
    if (retry.at.getTime() - Date.now() < 150_000) return null;
    await client.send('POST', `/session/${order.remoteSessionId}/abort`);
    return { type: 'failed', failure: 'quota_exhausted', message: retry.message, retryAt: retry.at };
  }

  async function totals(client: OpenCodeClient, below: RemoteSession[], messages: readonly Message[]): Promise<Totals> {
    const metered = await context.meterTotals?.(order.attemptId);
    if (metered !== undefined) {
      // One or the other: what the gateway metered must not be counted again.
      const own = context.reportCall !== undefined && metered.calls === (metered.reported ?? 0);
      if (!own) return metered;
      for (const call of reportedCalls(order, messages)) await context.reportCall?.(call);
      return context.meterTotals?.(order.attemptId) ?? metered;
    }
    const root = await findSession(client, order.remoteSessionId);
    const calls = messages.filter(({ info }) => info.role === 'assistant').length;
    const errors = messages.filter(({ info }) => info.error !== undefined).length;
    return { usage: usageOfTree(root === null ? below : [root, ...below]), calls, errors };
  }

  async function prepare(client: OpenCodeClient): Promise<RunEnd | null> {
    // Beside everything else: opening the worktree is what takes OpenCode longest.
    const given = giveTools(client);
    const found = await context.workerFor(client, order, model, directory);
    if ('problem' in found) return { type: 'failed', failure: 'invalid', message: found.problem, retryAt: null };
    worker = found;
    const adopted = await ensureSession(client, order, worker, directory);
    await given;
    if (!started) emit({ type: 'started', runtimeId: context.runtimeId, adopted });
    started = true;
    freshLook = true;
    judged = null;
    if (!adopted && !handle.aborted) await post(client, []);
    return null;
  }

  // Work without them is work: an agent that cannot keep what it learned still does its task.
  async function giveTools(client: OpenCodeClient): Promise<void> {
    if (context.toolsUrl === undefined) return;
    const why = await offerTools(client, directory, context.toolsUrl(order.attemptId)).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (why === null) return;
    log.warn({ attemptId: order.attemptId, reason: why }, 'The tools for contexts could not be given to an agent');
    emit({ type: 'progress', note: `The agent works without the tools for contexts: ${why}` });
  }

  const stopListening = listenTo(context.stream, tree, reporter, emit, handle.nudge);
  const stopWatching = link.onChange(handle.nudge);
  try {
    while (!signal.aborted) {
      const address = await online(context, signal, emit);
      if (address === null) return signal.aborted ? null : offline(link.status().detail);
      const client = openCodeClient(address);
      try {
        if (address.generation !== generation) {
          const end = await prepare(client);
          if (end !== null) return end;
          generation = address.generation;
        }
        const end = await look(client);
        // An end seen while the process was being stopped is no end of the run.
        if (end !== null && link.client()?.generation === generation) return end;
        troubles = 0;
      } catch (error) {
        if (!(error instanceof RuntimeProblem)) throw error;
        troubles += 1;
        log.warn(
          { attemptId: order.attemptId, status: error.status, error: error.message },
          'OpenCode could not be read',
        );
        if (error.status === 0) link.unreachable?.(error.message);
        if (troubles >= 20) return gone(error);
        await delay(500, undefined, { signal }).catch(() => undefined);
        continue;
      }
      const unsettled = judged !== null && Date.now() - judged.postedAt < settleMs;
      await handle.wait(unsettled || parkedTold ? Math.min(1000, context.pollMs) : context.pollMs);
    }
    return null;
  } finally {
    stopListening();
    stopWatching();
  }
}

// What must change before a posted prompt is judged again.
function pictureOf(messages: readonly Message[]): string {
  const last = messages.at(-1);
  if (last === undefined) return '';
  const { id, time, finish, error } = last.info;
  return JSON.stringify([messages.length, id, time.completed, finish, error?.name, last.parts.length]);
}

type Failed = Extract<RunEnd, { type: 'failed' }>;

function waitable(end: RunEnd | null): end is Failed {
  if (end?.type !== 'failed' || end.failure !== 'quota_exhausted' || end.retryAt === null) return false;
  return end.retryAt.getTime() - Date.now() <= longestParkingMs;
}

/** An outage is no fault of the work: it counts with the losses, not with the tries. */
function offline(detail: string): RunEnd {
  return { type: 'lost', message: `The runtime is gone, and what ran on it is taken up anew: ${detail}` };
}

function gone({ status, message }: RuntimeProblem): RunEnd {
  return status === 0 ? offline(message) : { type: 'failed', failure: 'transient', message, retryAt: null };
}
