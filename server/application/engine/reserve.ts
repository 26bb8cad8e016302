import type { Agent } from '../../domain/agent.ts';
import type { Attempt, FailureClass } from '../../domain/attempt.ts';
import type { BudgetEntry, Caps } from '../../domain/budget.ts';
import { nothing, ranSeconds, shareOf, wallSecondsLeft, wishOf } from '../../domain/budget-wish.ts';
import {
  drawnByOthers,
  drawnInWords,
  monthOf,
  monthSpentInWords,
  resetOf,
  usedUpInWords,
} from '../../domain/budget-words.ts';
import { totalTokens } from '../../domain/metrics.ts';
import type { Session } from '../../domain/session.ts';
import type { Shortage } from '../budget-port.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';

/** Why nothing could be drawn. `usedUp`: nothing comes back by itself, so somebody must raise the cap. */
export interface Refusal {
  refused: string;
  scope: 'session' | 'team';
  usedUp: boolean;
  accountId: string;
  what: keyof Caps;
}

/**
 * Draws what an attempt is expected to use, in the transaction that assigns it and after its row is there. Without an agent
 * (a person's decision is carried out) nothing is drawn, so nothing can be short.
 */
export async function reserveFor(
  tx: Tx,
  deps: Pick<Deps, 'prices' | 'clock'>,
  session: Session,
  attemptId: string,
  agent: Pick<Agent, 'id' | 'model'> | null,
  slots: number,
): Promise<{ entry: BudgetEntry } | Refusal> {
  let wish = nothing;
  if (agent !== null) {
    wish = wishOf(await tx.budgets.usual(agent.id), deps.prices(session.model ?? agent.model));
    if (session.budget?.tokens !== undefined) wish = shareOf(wish, await tx.budgets.accountOf(session.id), slots);
  }
  const drawn = await tx.budgets.reserve(session.id, attemptId, wish);
  return 'entry' in drawn ? drawn : refusalOf(tx, deps, session, drawn.shortage, null);
}

/** A shortage as a person reads it; `own` is the open draw of the attempt that wants more. */
export async function refusalOf(
  tx: Pick<Tx, 'sessions'>,
  deps: Pick<Deps, 'clock'>,
  session: Pick<Session, 'id'>,
  { account, what }: Shortage,
  own: BudgetEntry['reserved'] | null,
): Promise<Refusal> {
  const { id: accountId, sessionId } = account;
  const usedUp = !drawnByOthers(account, what, own);
  if (sessionId === null) {
    const spent = monthSpentInWords(account, resetOf(account.month ?? monthOf(deps.clock())));
    return { refused: usedUp ? spent : drawnInWords('the team'), scope: 'team', usedUp, accountId, what };
  }
  const parent = sessionId === session.id ? null : ((await tx.sessions.byId(sessionId))?.slug ?? null);
  const refused = usedUp
    ? usedUpInWords(account.caps, what, parent === null ? null : `its parent ${parent}`)
    : drawnInWords(parent ?? 'the session');
  return { refused, scope: 'session', usedUp, accountId, what };
}

/**
 * Gives back what an attempt drew and books what the gateway metered for it, in the transaction that ends it. A run that
 * never began and one that a provider's spent quota ended burn no attempt.
 */
export async function settleFor(
  tx: Pick<Tx, 'budgets' | 'modelCalls'>,
  attempt: Pick<Attempt, 'id' | 'status' | 'startedAt'>,
  now: Date,
  failure: FailureClass | null = null,
): Promise<void> {
  const entry = await tx.budgets.entryOf(attempt.id);
  if (entry === null || entry.settled !== null) return;
  const { usage, calls } = await tx.modelCalls.ofAttempt(attempt.id);
  const burnt = failure !== 'quota_exhausted' && (attempt.status !== 'starting' || calls > 0);
  await tx.budgets.settle(attempt.id, {
    tokens: totalTokens(usage),
    costUsd: usage.costUsd,
    attempts: burnt ? entry.reserved.attempts : 0,
    seconds: Math.max(0, (now.getTime() - attempt.startedAt.getTime()) / 1000),
  });
}

/**
 * Leaves an attempt that is paused no more of its draw than it has used: it may rest for days, and its team's other sessions
 * must not want for what nobody uses. Its next call draws anew.
 */
export async function giveBackFor(tx: Pick<Tx, 'budgets' | 'modelCalls'>, attemptId: string): Promise<void> {
  const { usage } = await tx.modelCalls.ofAttempt(attemptId);
  await tx.budgets.giveBack(attemptId, { tokens: totalTokens(usage), costUsd: usage.costUsd });
}

/** Whether a session's time, or that of one above it, has run out, as a sentence; null while there is some left. */
export async function wallClockReached(
  store: Pick<Tx, 'sessions'>,
  session: Session,
  now: Date,
): Promise<string | null> {
  const above = session.parentId === null ? [] : await store.sessions.ancestors(session.id);
  for (const one of [session, ...above]) {
    if (wallSecondsLeft(one, now) !== 0) continue;
    const of = one.id === session.id ? '' : ` of its parent ${one.slug}`;
    return `${Math.floor(ranSeconds(one, now))} of ${one.budget?.wallSeconds ?? 0} seconds${of} have run`;
  }
  return null;
}
