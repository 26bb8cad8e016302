import { setTimeout as delay } from 'node:timers/promises';
import type { Log, RunEnd, RunEvent, RunOrder } from '../../application/ports.ts';
import type { Usage } from '../../domain/metrics.ts';
import { openAsksOf } from './opencode-asks.ts';
import { type OpenCodeClient, openCodeClient, RuntimeProblem } from './opencode-client.ts';
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
import type { Supervisor } from './opencode-supervisor.ts';
import type { RunHandle } from './run-handle.ts';
import { listenTo } from './run-listener.ts';
import { createReporter } from './run-reporter.ts';

export interface Totals {
  usage: Usage;
  calls: number;
  errors: number;
}

export interface RunContext {
  supervisor: Supervisor;
  stream: EventStream;
  log: Log;
  runtimeId: string;
  defaultModel: () => string;
  /** What the gateway metered for an attempt; without it the tokens of OpenCode's own sessions are told. */
  meterTotals: ((attemptId: string) => Promise<Totals>) | undefined;
  answered: ReadonlySet<string>;
  orderProblem: (client: OpenCodeClient, order: RunOrder, model: string, directory: string) => Promise<string | null>;
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
  const { supervisor, log } = context;
  const model = order.model ?? context.defaultModel();
  const directory = await remoteDirectory(order);
  const reporter = createReporter(directory, context.answered, emit);
  const tree = new Set([order.remoteSessionId]);
  const known = new Map<string, Message>();
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
    posts += 1;
    judged = { picture: pictureOf(messages), postedAt: Date.now() };
    freshLook = false;
    parkedTold = false;
    handle.postedAt = Date.now();
    const posting = postPrompt(client, order, model, lastPrompt(order, messages));
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
    if (context.meterTotals !== undefined) return context.meterTotals(order.attemptId);
    const root = await findSession(client, order.remoteSessionId);
    const calls = messages.filter(({ info }) => info.role === 'assistant').length;
    const errors = messages.filter(({ info }) => info.error !== undefined).length;
    return { usage: usageOfTree(root === null ? below : [root, ...below]), calls, errors };
  }

  async function prepare(client: OpenCodeClient): Promise<RunEnd | null> {
    // Beside everything else: opening the worktree is what takes OpenCode longest.
    const given = giveTools(client);
    const problem = await context.orderProblem(client, order, model, directory);
    if (problem !== null) return { type: 'failed', failure: 'invalid', message: problem, retryAt: null };
    const adopted = await ensureSession(client, order, directory);
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
  const stopWatching = supervisor.onChange(handle.nudge);
  try {
    while (!signal.aborted) {
      const address = await online(context, signal, emit);
      if (address === null) return signal.aborted ? null : offline(supervisor.status().detail);
      const client = openCodeClient(address);
      try {
        if (address.generation !== generation) {
          const end = await prepare(client);
          if (end !== null) return end;
          generation = address.generation;
        }
        const end = await look(client);
        // An end seen while the process was being stopped is no end of the run.
        if (end !== null && supervisor.client()?.generation === generation) return end;
        troubles = 0;
      } catch (error) {
        if (!(error instanceof RuntimeProblem)) throw error;
        troubles += 1;
        log.warn(
          { attemptId: order.attemptId, status: error.status, error: error.message },
          'OpenCode could not be read',
        );
        if (troubles >= 20) return { type: 'failed', failure: 'transient', message: error.message, retryAt: null };
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

function offline(detail: string): RunEnd {
  return { type: 'failed', failure: 'transient', message: `The runtime is offline: ${detail}`, retryAt: null };
}

async function online(context: RunContext, signal: AbortSignal, emit: (event: RunEvent) => void) {
  const { supervisor } = context;
  const deadline = Date.now() + context.offlineMs;
  let told = false;
  while (!signal.aborted && Date.now() < deadline) {
    const client = supervisor.client();
    if (client !== null) return client;
    if (!told) emit({ type: 'progress', note: `Waiting for the runtime: ${supervisor.status().detail}` });
    told = true;
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
