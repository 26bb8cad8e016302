import { type Actor, authorize } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import {
  type AgentCommand,
  type Artifact,
  eventsInput,
  leaseHeartbeats,
  type ProgressEvent,
  type ResultInput,
  reportBounds,
  resultInput,
} from '../../domain/external-agent.ts';
import { emptyUsage, type Usage } from '../../domain/metrics.ts';
import type { Deps } from '../deps.ts';
import { surroundingsOf } from '../engine/surroundings.ts';
import type { ExternalRun, RunFence } from '../external-port.ts';
import type { Tx } from '../store-port.ts';
import { answersTo } from './commands.ts';

/** Who waits for what an agent reports on an attempt. */
export const runWake = (attemptId: string) => `external-run:${attemptId}`;

/**
 * Takes what agents report. A report counts only from the attempt's own agent, under the attempt's present epoch, while it
 * is out; it is stored under the run's row lock and told by whoever drives the attempt.
 */
export function createReports(deps: Deps) {
  const { store, settings } = deps;
  const leaseSeconds = leaseHeartbeats * settings.heartbeatSeconds;

  /** A batch of progress. Renews the attempt's lease; answers how many were new, and what people answered. */
  async function events(
    actor: Actor,
    attemptId: string,
    raw: unknown,
  ): Promise<{ accepted: number; commands: AgentCommand[] }> {
    await own(actor, attemptId);
    const parsed = eventsInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const { events: told } = parsed.data;
    const { accepted, turn } = await store.transaction(async (tx) => {
      const { run } = await fenced(tx, attemptId, parsed.data);
      const bytes = told.length === 0 ? 0 : JSON.stringify(told).length;
      assertBounds(run, told.length, bytes);
      const number = await tx.external.append(
        run,
        told.map((event) => ({ key: event.key ?? null, event })),
        leaseSeconds,
        bytes,
      );
      const totals = told.flatMap((event) => (event.type === 'usage' ? [usageOf(event)] : []));
      if (totals.length > 0) await meter(tx, run, totals, null);
      return { accepted: number, turn: run.turn };
    });
    deps.wakeUps.wake(runWake(attemptId));
    return { accepted, commands: await answersTo(store, attemptId, turn) };
  }

  /** The end of an attempt. The same again is the same answer; another one is CONFLICT. */
  async function result(
    actor: Actor,
    attemptId: string,
    raw: unknown,
  ): Promise<{ accepted: boolean; repeated: boolean }> {
    await own(actor, attemptId);
    const parsed = resultInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const said = parsed.data;
    const hash = deps.secrets.sha256(JSON.stringify(said));
    // Before the lock: git takes its time, and what it judges by does not change while the run is out.
    const known = await store.external.run(attemptId);
    if (known !== null && known.state !== 'reported' && said.status === 'completed' && !isRepeat(known, hash))
      await judged(known, said);
    const repeated = await store.transaction(async (tx) => {
      const fence = await tx.external.lock(attemptId);
      if (fence !== null && isRepeat(fence.run, hash)) return true;
      const { run } = await fenced(tx, attemptId, said, fence);
      assertBounds(run, 1, JSON.stringify(said).length);
      const { tokens, costUsd, executionTimeMs } = said;
      if (tokens || costUsd != null)
        await meter(
          tx,
          run,
          [
            {
              ...nothingSaid,
              ...(tokens && { inputTokens: tokens.input, outputTokens: tokens.output }),
              costUsd: costUsd ?? null,
            },
          ],
          executionTimeMs ?? null,
        );
      await tx.external.finish(attemptId, said, hash);
      return false;
    });
    deps.wakeUps.wake(runWake(attemptId));
    return { accepted: true, repeated };
  }

  /** The bundle of an attempt that is out with this agent. UNAVAILABLE: another instance has it. */
  async function bundle(actor: Actor, attemptId: string) {
    await own(actor, attemptId);
    const fence = await store.external.run(attemptId);
    if (fence === null || fence.state === 'withdrawn' || fence.source.kind !== 'bundle')
      throw new DomainError('NOT_FOUND', 'There is no bundle of this attempt.');
    const pack = await deps.workspaces.openPack(attemptId);
    if (pack === null)
      throw new DomainError('UNAVAILABLE', 'The bundle is on another instance; ask again.', { retryAfterSeconds: 1 });
    return pack;
  }

  return { events, result, bundle };

  /** FORBIDDEN for anybody but the attempt's agent, NOT_FOUND for what its team does not have. */
  async function own(actor: Actor, attemptId: string): Promise<void> {
    if (actor.teamId === null) throw new DomainError('FORBIDDEN', 'Only an agent reports.');
    authorize(actor, 'attempt.report', { teamId: actor.teamId });
    const run = await store.external.run(attemptId);
    if (run === null || run.teamId !== actor.teamId)
      throw new DomainError('NOT_FOUND', 'There is no such attempt of yours.');
    if (actor.kind !== 'agent' || actor.id !== run.agentId)
      throw new DomainError('FORBIDDEN', 'This attempt belongs to another agent.');
  }

  /** INVALID for files that cannot be applied; CONFLICT where the run is out no more, whose files go meanwhile. */
  async function judged(run: ExternalRun, said: ResultInput): Promise<void> {
    const stillOut = () => store.transaction((tx) => fenced(tx, run.attemptId, said));
    await stillOut();
    try {
      await judgeFiles(run, said);
    } catch (error) {
      await stillOut();
      throw error;
    }
  }

  async function judgeFiles(run: ExternalRun, said: ResultInput): Promise<void> {
    const attempt = await store.attempts.get(run.attemptId);
    const session = attempt && (await store.sessions.byId(attempt.sessionId));
    if (!attempt || !session || attempt.worktree === null) return;
    const earlier = await artifactsOf(store, run);
    const { repository } = await surroundingsOf(deps, session);
    const issues = await deps.workspaces.applyArtifacts(
      repository,
      attempt.worktree,
      run.source.commit,
      [...earlier, ...said.artifacts],
      { check: true },
    );
    // Counted from the first of this result: what came before was sent as events.
    if (issues.length > 0)
      throw invalid(issues.map((issue) => ({ ...issue, path: shifted(issue.path, earlier.length) })));
  }
}

/** Files an agent has sent as events in this turn. */
async function artifactsOf(store: Deps['store'], run: Pick<ExternalRun, 'attemptId' | 'turn'>): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for (let after = 0; ; ) {
    const page = await store.external.reports(run.attemptId, run.turn, after, 500);
    for (const { event } of page) if (event.type === 'artifact') artifacts.push(fileOf(event));
    const last = page.at(-1);
    if (last === undefined) return artifacts;
    after = last.seq;
  }
}

function fileOf({ path, content, encoding, patch, mimeType }: ProgressEvent & { type: 'artifact' }): Artifact {
  return { path, content, encoding, patch, mimeType };
}

function shifted(path: string, by: number): string {
  const [list, index, ...rest] = path.split('.');
  if (index === undefined) return path;
  return Number(index) < by ? 'artifacts' : [list, Number(index) - by, ...rest].join('.');
}

/** The result that was taken already, sent again: also when the next turn is offered by now and nobody has begun it. */
function isRepeat({ state, resultHash }: ExternalRun, hash: string): boolean {
  return resultHash === hash && (state === 'reported' || state === 'offered');
}

/** CONFLICT unless the run is out, the attempt is open, and epoch and turn (where it is named) are its present ones. */
async function fenced(
  tx: Tx,
  attemptId: string,
  { epoch, turn }: Pick<ResultInput, 'epoch' | 'turn'>,
  given?: RunFence | null,
): Promise<RunFence> {
  const fence = given ?? (await tx.external.lock(attemptId));
  if (fence === null) throw new DomainError('NOT_FOUND', 'There is no such attempt of yours.');
  const { run } = fence;
  const out = fence.open && (run.state === 'offered' || run.state === 'claimed');
  const inTurn = turn === undefined || turn === run.turn;
  if (out && inTurn && fence.epoch === epoch) return fence;
  const details = { attemptId, epoch, current: out && inTurn ? fence.epoch : null, turn: run.turn, state: run.state };
  if (!out)
    throw new DomainError('CONFLICT', 'The attempt is over or was taken away: nothing of this was applied.', {
      details,
    });
  if (!inTurn)
    throw new DomainError('CONFLICT', `The turn ${turn} is not the present one: nothing of this was applied.`, {
      details,
    });
  throw new DomainError('CONFLICT', `The epoch ${epoch} is not the present one: nothing of this was applied.`, {
    details,
  });
}

function assertBounds(run: ExternalRun, events: number, bytes: number): void {
  if (run.lastSeq + events > reportBounds.events)
    throw new DomainError('QUOTA_EXCEEDED', `One attempt may send at most ${reportBounds.events} events.`);
  if (run.bytes + bytes > reportBounds.bytes)
    throw new DomainError('PAYLOAD_TOO_LARGE', `One attempt may send at most ${reportBounds.bytes / 2 ** 20} MiB.`);
}

function usageOf({
  inputTokens,
  outputTokens,
  reasoningTokens,
  cacheReadTokens,
  cacheWriteTokens,
  costUsd,
}: ProgressEvent & { type: 'usage' }): Usage {
  return { inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens, costUsd: costUsd ?? null };
}

/** A price nobody told is unknown, not nought. */
const nothingSaid: Usage = { ...emptyUsage, costUsd: null };

/** A total never falls: what a report leaves out, or tells late, was counted before. */
function atLeast(one: Usage, other: Usage): Usage {
  const costs = [one.costUsd, other.costUsd].filter((cost) => cost !== null);
  return {
    inputTokens: Math.max(one.inputTokens, other.inputTokens),
    outputTokens: Math.max(one.outputTokens, other.outputTokens),
    reasoningTokens: Math.max(one.reasoningTokens, other.reasoningTokens),
    cacheReadTokens: Math.max(one.cacheReadTokens, other.cacheReadTokens),
    cacheWriteTokens: Math.max(one.cacheWriteTokens, other.cacheWriteTokens),
    costUsd: costs.length === 0 ? null : Math.max(...costs),
  };
}

/** Agents tell totals; what was added since is metered like a call of ours, so that budgets and figures count it. */
async function meter(tx: Tx, run: ExternalRun, said: readonly Usage[], latencyMs: number | null): Promise<void> {
  const before = run.usage ?? nothingSaid;
  const total = said.reduce(atLeast, before);
  const added = (now: number, then: number) => Math.max(0, now - then);
  const attempt = await tx.attempts.get(run.attemptId);
  if (attempt === null) return;
  await tx.modelCalls.record({
    teamId: attempt.teamId,
    sessionId: attempt.sessionId,
    attemptId: attempt.id,
    provider: 'external',
    model: 'external',
    inputTokens: added(total.inputTokens, before.inputTokens),
    outputTokens: added(total.outputTokens, before.outputTokens),
    reasoningTokens: added(total.reasoningTokens, before.reasoningTokens),
    cacheReadTokens: added(total.cacheReadTokens, before.cacheReadTokens),
    cacheWriteTokens: added(total.cacheWriteTokens, before.cacheWriteTokens),
    costUsd: total.costUsd === null ? null : added(total.costUsd, before.costUsd ?? 0),
    latencyMs: latencyMs ?? 0,
    status: 200,
    errorClass: null,
  });
  await tx.external.setUsage(run.attemptId, total);
}
