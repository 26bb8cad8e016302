import type { ContextScope } from './context.ts';

const hour = 3_600_000;

/** How long a context outlives what it belongs to, in milliseconds (domain.md 5). */
const contextLifetimes = { temporary: hour, session: 24 * hour, agent: 7 * 24 * hour } as const;

/**
 * When a context written now expires: a temporary one an hour after it was made, an agent's seven days after its last
 * write, a session's a day after its session ended (never while it runs), a global one never.
 */
export function contextExpiry(
  scope: ContextScope,
  at: { now: Date; createdAt: Date; sessionEndedAt: Date | null },
): Date | null {
  switch (scope) {
    case 'temporary':
      return new Date(at.createdAt.getTime() + contextLifetimes.temporary);
    case 'session':
      return expiryAfterSession(at.sessionEndedAt);
    case 'agent':
      return new Date(at.now.getTime() + contextLifetimes.agent);
    case 'global':
      return null;
  }
}

/** When what a session knew expires: a day after its end, never while it has none. */
export function expiryAfterSession(endedAt: Date | null): Date | null {
  return endedAt === null ? null : new Date(endedAt.getTime() + contextLifetimes.session);
}
