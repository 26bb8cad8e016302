import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallFailure, GatewayMeter } from './model-call.ts';

/** Below the silence OpenCode takes from a model, so that our answer comes first. */
export interface Patience {
  longestMs: number;
  everyMs: number;
}

export const patience: Patience = { longestMs: 100_000, everyMs: 1_000 };

/** When a call that waited in vain is tried again. */
const againMs = 10_000;

/**
 * Holds a call for which there is no budget, until there is some, or its run is paused and hangs up. The run must neither
 * fail nor try again and again meanwhile: the model just seems slow. A failure when the patience is over, `left` when the
 * caller has gone, null when the call may go out.
 */
export async function holdForBudget(
  meter: Pick<GatewayMeter, 'admit'>,
  attemptId: string,
  response: ServerResponse,
  { longestMs, everyMs }: Patience,
): Promise<CallFailure | 'left' | null> {
  for (const since = Date.now(); ; ) {
    if (response.destroyed) return 'left';
    const heldMs = Date.now() - since;
    const reason = await meter.admit(attemptId, heldMs);
    if (reason === null) return null;
    if (heldMs >= longestMs)
      return { class: 'transient', status: 429, message: reason, retryAt: new Date(Date.now() + againMs) };
    if (response.destroyed) return 'left';
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave);
    await delay(everyMs, undefined, { signal: gone.signal }).catch(() => undefined);
    response.off('close', leave);
  }
}
