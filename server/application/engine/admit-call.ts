import type { BudgetEntry, Caps, Standing } from '../../domain/budget.ts';
import { raiseOf, usedUp } from '../../domain/budget-wish.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { Shortage } from '../budget-port.ts';
import type { Deps } from '../deps.ts';
import { cutOff, type Exhausted, pauseWhenStill } from './budget-pause.ts';
import { refusalOf, wallClockReached } from './reserve.ts';

/** So long a call waits for what others have drawn and may give back. */
const othersMs = 45_000;
/** So long a cut-off waits for the session's other runs to come between two tools. */
const stillMs = 75_000;

type Needs = Pick<Deps, 'store' | 'clock' | 'nudge'>;

/**
 * Judges each model call before it goes out (domain.md 6): nothing to say while the attempt's draw holds enough, a larger
 * draw when it is nearly used, else a sentence why the call is held. A held call is asked about again with the time it
 * has waited; when nothing is left the attempt is cut off and its session paused, between two tools.
 */
export function createCallAdmission(deps: Needs) {
  const { store, clock } = deps;

  return async function admit(attemptId: string, heldMs: number): Promise<string | null> {
    const standing = await store.budgets.standing(attemptId);
    // An attempt of a version without the ledger, or one that has just ended: others judge that.
    if (standing === null) return null;
    if (standing.cutOff !== null) {
      await pauseWhenStill(deps, attemptId, heldMs >= stillMs);
      return standing.cutOff;
    }
    const short = (await outOfTime(standing)) ?? (await outOfMeans(attemptId, standing, heldMs));
    if (short === null) return null;
    if (short.exhausted === null) return short.reason;
    await cutOff(deps, attemptId, short.exhausted);
    await pauseWhenStill(deps, attemptId, false);
    return short.reason;
  };

  async function outOfTime({ sessionId, timed }: Standing): Promise<Short | null> {
    if (!timed) return null;
    const session = await store.sessions.byId(sessionId);
    const reason = session && (await wallClockReached(store, session, clock()));
    if (!reason) return null;
    return { reason, exhausted: { reason, account: (await store.budgets.accountOf(sessionId)).id, what: 'seconds' } };
  }

  async function outOfMeans(attemptId: string, standing: Standing, heldMs: number): Promise<Short | null> {
    const more = raiseOf(standing);
    const raised = more && (await raise(attemptId, more));
    if (!raised || 'entry' in raised || !usedUp(standing)) return null;
    const session = { id: standing.sessionId };
    const {
      refused,
      usedUp: nothingLeft,
      accountId,
      what,
    } = await refusalOf(store, deps, session, raised.shortage, standing.reserved);
    if (!nothingLeft && heldMs < othersMs) return { reason: refused, exhausted: null };
    return { reason: refused, exhausted: { reason: refused, account: accountId, what } };
  }

  async function raise(
    attemptId: string,
    more: { tokens: number; costUsd: number },
  ): Promise<{ entry: BudgetEntry } | { shortage: Shortage } | null> {
    try {
      return await store.budgets.extend(attemptId, more);
    } catch (error) {
      // Settled meanwhile: the attempt has ended, and its next call is refused for that.
      const code = errorCodeOf(error);
      if (code === 'CONFLICT' || code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

interface Short {
  reason: string;
  /** Null while something may still come back. */
  exhausted: (Exhausted & { what: keyof Caps }) | null;
}
