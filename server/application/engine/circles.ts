import type { Attempt } from '../../domain/attempt.ts';
import { type FinishedCall, idleReason, loopReason, maxSameCalls, type Round } from '../../domain/progress-watch.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';

/** Other attempts tell their calls in between, and each call is told when it begins and when it ends. */
const lookBack = maxSameCalls * 40;

/**
 * Whether a run repeats itself with its last call. Counted from what is stored, so a run that goes on in another process is
 * counted on.
 */
export async function loopOf(deps: Deps, attempt: Attempt): Promise<string | null> {
  const told = await deps.store.events.list(attempt.sessionId, {
    after: 0,
    types: ['attempt.tool_called'],
    limit: lookBack,
    newestFirst: true,
  });
  const calls = told.flatMap(({ payload }): FinishedCall[] => {
    const { attemptId, tool, status, input, output } = payload;
    return attemptId === attempt.id && status !== 'running' ? [{ tool: String(tool), input, output }] : [];
  });
  return loopReason(calls.slice(0, maxSameCalls).reverse());
}

/** Whether the session goes in circles with this attempt's end: by the attempts of this run that got as far as a proof. */
export async function idleWith(tx: Tx, session: Session, attempt: Attempt): Promise<string | null> {
  const since = session.startedAt ?? session.createdAt;
  const ended = (await tx.attempts.bySession(session.id))
    .filter((one) => one.id !== attempt.id && one.endedAt !== null && one.startedAt >= since)
    .sort((a, b) => (a.endedAt?.getTime() ?? 0) - (b.endedAt?.getTime() ?? 0));
  return idleReason([...ended, attempt].flatMap(roundOf));
}

function roundOf({ taskId, status, evidence }: Attempt): Round[] {
  if (evidence === null) return [];
  const passed = evidence.commands.filter(({ exitCode }) => exitCode === 0).map(({ command }) => command);
  const { treeHash, filesTotal: filesChanged } = evidence;
  return [{ taskId, succeeded: status === 'succeeded', treeHash, filesChanged, passed }];
}
