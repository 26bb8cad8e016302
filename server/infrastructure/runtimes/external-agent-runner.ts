import type { ExternalRun } from '../../application/external-port.ts';
import type { RepositoryRef, Workspaces } from '../../application/git-port.ts';
import type { AgentRunner, Log, RemoteAsk, RunEnd, RunEvent, RunOrder, WakeUps } from '../../application/ports.ts';
import type { Store } from '../../application/store-port.ts';
import { silence } from '../../domain/agent.ts';
import { DomainError, errorCodeOf } from '../../domain/errors.ts';
import { type Artifact, leaseHeartbeats } from '../../domain/external-agent.ts';
import { lossSentence, type RunLoss } from '../../domain/external-run.ts';
import { artifactOf, askOf, eventOf, keyOf } from './external-events.ts';
import type { Pushed } from './external-push.ts';

export interface ExternalRunnerOptions {
  store: Store;
  workspaces: Pick<Workspaces, 'pack' | 'applyArtifacts'>;
  wakeUps: WakeUps;
  log: Log;
  heartbeatSeconds: number;
  /** What the agent is sent for an offer. */
  message: (run: ExternalRun) => Promise<object>;
  push: (agentId: string, message: object, signal: AbortSignal) => Promise<Pushed>;
  wakes: { run: (attemptId: string) => string; agent: (agentId: string) => string };
  /** What other instances stored is found by looking this often. */
  pollMs?: number;
}

/**
 * Runs attempts on agents that speak EAP (engine.md 4). Nothing is decided from memory: offer, claim, reports, result and
 * loss are rows, so that any instance takes what an agent sends, and whoever owns the session drives it on.
 */
export function createExternalAgentRunner(options: ExternalRunnerOptions): AgentRunner {
  const { store, workspaces, wakeUps, wakes, pollMs = 2_000 } = options;
  const bounds = {
    leaseSeconds: leaseHeartbeats * options.heartbeatSeconds,
    offlineSeconds: silence.offline * options.heartbeatSeconds,
  };

  async function repositoryOf(order: RunOrder): Promise<RepositoryRef> {
    const session = await store.sessions.byId(order.sessionId);
    const repository =
      session && (await store.repositories.get(session.teamId, session.repositoryId, { removed: true }));
    if (!repository) throw new DomainError('NOT_FOUND', 'The repository of the session is gone.');
    return repository;
  }

  /** The offer that stands for this prompt, or a new one. */
  async function offered(order: RunOrder): Promise<{ run: ExternalRun; adopted: boolean }> {
    const known = await store.external.run(order.attemptId);
    if (known !== null && known.state !== 'withdrawn' && known.messageId === order.remoteMessageId)
      return { run: known, adopted: known.state !== 'offered' };
    const attempt = await store.attempts.get(order.attemptId);
    if (attempt === null) throw new DomainError('NOT_FOUND', 'The attempt is gone.');
    const source = await workspaces.pack(await repositoryOf(order), order.directory, order.attemptId);
    const run = await store.external.offer({
      attemptId: order.attemptId,
      teamId: order.teamId,
      agentId: attempt.agentId,
      messageId: order.remoteMessageId,
      order: { title: order.title, prompt: order.prompt, system: order.system },
      source,
    });
    wakeUps.wake(wakes.agent(run.agentId));
    return { run, adopted: false };
  }

  /** What the agent sent and said, as the end of the run. Repeated after a crash it comes to the same. */
  async function endOf(order: RunOrder, run: ExternalRun, earlier: readonly Artifact[]): Promise<RunEnd> {
    const { result } = run;
    if (result === null) throw new DomainError('INTERNAL', 'A reported run has no result.');
    if (result.status === 'failed') {
      const { code, message } = result.error ?? { code: null, message: 'It gave no reason.' };
      return { type: 'failed', failure: code ?? 'transient', message, retryAt: null };
    }
    const artifacts = [...earlier, ...result.artifacts];
    if (artifacts.length > 0) {
      const repository = await repositoryOf(order);
      const given = { check: false };
      const issues = await workspaces.applyArtifacts(repository, order.directory, run.source.commit, artifacts, given);
      const [first] = issues;
      if (first)
        return { type: 'failed', failure: 'refused', message: `${first.path}: ${first.message}`, retryAt: null };
    }
    return { type: 'completed', text: result.output };
  }

  /** The run is over without its agent; null when the agent was quicker after all. */
  async function lose(run: ExternalRun, loss: RunLoss): Promise<RunEnd | null> {
    if (!(await store.external.withdraw(run.attemptId, run.turn))) return null;
    const message = lossSentence(loss, loss === 'silent' ? bounds.offlineSeconds : bounds.leaseSeconds);
    return loss === 'not_taken'
      ? { type: 'failed', failure: 'refused', message, retryAt: null }
      : { type: 'lost', message };
  }

  async function* drive(
    order: RunOrder,
    signal: AbortSignal,
    heard: ReturnType<WakeUps['listen']>,
  ): AsyncGenerator<RunEvent> {
    const offer = await offered(order);
    const { turn } = offer.run;
    const pushes = createPushes(options, signal);
    const artifacts: Artifact[] = [];
    let told = 0;
    let started = false;
    while (!signal.aborted) {
      const seen = await store.external.look(order.attemptId, bounds);
      if (seen === null || seen.run.turn !== turn || seen.run.state === 'withdrawn') {
        yield { type: 'aborted', message: 'The attempt was taken from its agent.' };
        return;
      }
      const { run, loss } = seen;
      if (run.state !== 'offered' && !started) {
        started = true;
        const agent = await store.agents.get(run.teamId, run.agentId);
        yield { type: 'started', runtimeId: agent?.runtimeId ?? '', adopted: offer.adopted };
      }
      while (told < run.lastSeq) {
        const page = await store.external.reports(order.attemptId, turn, told, 200);
        for (const report of page) {
          told = report.seq;
          const artifact = artifactOf(report.event);
          if (artifact) artifacts.push(artifact);
          const event = eventOf(order, turn, report);
          if (event) yield event;
        }
        if (page.length === 0) break;
      }
      if (run.state === 'reported') {
        if (run.result?.tokens || run.usage) yield usageEvent(run);
        yield await endOf(order, run, artifacts);
        return;
      }
      const end = loss === null ? null : await lose(run, loss);
      if (end) {
        yield end;
        return;
      }
      if (run.state === 'offered') pushes.post(run);
      await heard.next(pollMs, signal);
    }
  }

  return {
    async *run(order, signal) {
      const heard = wakeUps.listen(wakes.run(order.attemptId));
      try {
        yield* drive(order, signal, heard);
      } catch (error) {
        // What cannot be packed for this agent cannot be packed a second time either.
        if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
        yield { type: 'failed', failure: 'invalid', message: error.message, retryAt: null };
      } finally {
        heard.end();
      }
    },

    async answer(order, ask, answer) {
      const run = await store.external.run(order.attemptId);
      if (run === null || run.state !== 'claimed') return;
      await store.external.answer(order.attemptId, run.turn, keyOf(ask.remoteAskId), answer, bounds.leaseSeconds);
    },

    async abort(order) {
      const run = await store.external.run(order.attemptId);
      if (run === null || !(await store.external.withdraw(order.attemptId)))
        return { rung: 'not_running', detail: 'The agent had no run of this attempt' };
      wakeUps.wake(wakes.run(order.attemptId));
      if (run.state === 'offered') return { rung: 'not_running', detail: 'The agent had not taken it' };
      // It works on files of its own: what it may still do reaches nothing of ours.
      const told = 'every report of it is refused from now on, and its next heartbeat tells it to stop';
      return { rung: 'aborted', detail: `Taken from the agent: ${told}` };
    },

    async openAsks(order): Promise<RemoteAsk[]> {
      const run = await store.external.run(order.attemptId);
      if (run === null || run.state !== 'claimed') return [];
      const asks = await store.external.asks(order.attemptId, run.turn);
      return asks.flatMap(({ event, answer }) => (answer === null ? [askOf(order, run.turn, event)] : []));
    },
    // What such an agent keeps for itself is its operator's: the protocol has no word for it.
    forget: async () => undefined,
  };
}

function usageEvent({ usage }: ExternalRun): RunEvent {
  const none = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return { type: 'usage', usage: usage ?? { ...none, costUsd: null }, calls: 1, errors: 0 };
}

/** Posts an offer to its agent's endpoint, one post at a time, at growing distances, until somebody takes it. */
function createPushes(
  { store, message, push, wakeUps, wakes, heartbeatSeconds, log }: ExternalRunnerOptions,
  signal: AbortSignal,
) {
  let posting = false;
  let tries = 0;
  let nextAt = 0;
  return {
    post(run: ExternalRun): void {
      if (posting || Date.now() < nextAt) return;
      posting = true;
      const work = async () => {
        const pushed = await push(run.agentId, await message(run), signal);
        if (pushed === 'taken') {
          await store.external.claim(run.agentId, leaseHeartbeats * heartbeatSeconds, run.attemptId);
          wakeUps.wake(wakes.run(run.attemptId));
        }
        // An agent that pulls has no endpoint; it may enrol anew with one.
        if (pushed === 'no_endpoint') nextAt = Date.now() + 30_000;
      };
      tries += 1;
      nextAt = Date.now() + Math.min(30_000, 1_000 * 2 ** (tries - 1));
      work()
        .catch((error: unknown) => log.warn({ attempt: run.attemptId, err: error }, 'A task could not be posted'))
        .finally(() => {
          posting = false;
        });
    },
  };
}
