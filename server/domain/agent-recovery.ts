/** How an agent with a degraded record comes back: half-open, one probe at a time (domain.md 3.3). */
import type { Agent, AgentTier } from './agent.ts';

/** How long an agent rests after its record became degraded, or after its probe failed. */
export const coolDownSeconds = 600;
/** So many probes in a row bring it back. */
const probesToRecover = 3;

/** When a degraded agent may next be probed; null when it is not degraded, or nobody has noted yet since when it is. */
export function nextProbeAt({ tier, degradedAt }: Pick<Agent, 'tier' | 'degradedAt'>): Date | null {
  if (tier !== 'degraded' || degradedAt === null) return null;
  return new Date(degradedAt.getTime() + coolDownSeconds * 1000);
}

/** Whether a task given to the agent now would be its one probe: cooled down, and with nothing else at hand. */
export function mayProbe(agent: Pick<Agent, 'tier' | 'degradedAt' | 'load'>, probing: boolean, now: Date): boolean {
  const at = nextProbeAt(agent);
  return at !== null && at <= now && !probing && agent.load.current === 0;
}

/** What was noted of an agent's record, and what its attempts say now. */
export interface Recovery {
  readonly tier: AgentTier;
  readonly degradedAt: Date | null;
  readonly probesInARow: number;
  /** When an attempt that counts last failed. */
  readonly lastFailedAt: Date | null;
}

/** What is to be noted now, and the tier that holds with it. An empty `note` changes nothing. */
export function recoveryOf(
  { tier, degradedAt, probesInARow, lastFailedAt }: Recovery,
  now: Date,
): { tier: AgentTier; note: { degradedAt?: Date | null; recoveredAt?: Date } } {
  if (tier !== 'degraded') return { tier, note: degradedAt === null ? {} : { degradedAt: null } };
  if (degradedAt === null) return { tier, note: { degradedAt: now } };
  if (probesInARow >= probesToRecover) return { tier: 'trainee', note: { degradedAt: null, recoveredAt: now } };
  // A failed probe opens it again: the rest begins anew.
  if (lastFailedAt !== null && lastFailedAt > degradedAt) return { tier, note: { degradedAt: lastFailedAt } };
  return { tier, note: {} };
}
