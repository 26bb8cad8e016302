import type { UserActor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { proofSeconds, proofStands } from '../domain/weighty.ts';
import type { Client } from './auth.ts';
import type { Deps } from './deps.ts';
import { refuseWhenLimited } from './limited.ts';

/** Who sits at the page, proven again before what weighs (access.md, Sign-in). Signing in is the first proof of a login. */
export function createProofs(deps: Pick<Deps, 'store' | 'secrets' | 'limiter' | 'clock'>) {
  const { store, secrets, limiter, clock } = deps;
  return {
    /** Seconds a proof is good for. */
    seconds: proofSeconds,

    /** Whether the login's last proof is young enough for an action of weight. */
    stands: (provenAt: Date): boolean => proofStands(provenAt, clock()),

    /** Whether this person has a password to prove it with; without one only a new sign-in does. */
    async byPassword(actor: UserActor): Promise<boolean> {
      return ((await store.users.get(actor.id))?.passwordHash ?? null) !== null;
    },

    /**
     * The password once more; the login's time of proof is then now. Guesses count as those of the sign-in do, and together
     * with them. UNAUTHENTICATED when it is wrong, RATE_LIMITED after too many.
     */
    async give(actor: UserActor, loginId: string, password: string, client: Client): Promise<void> {
      const account = `account:${actor.email}`;
      const address = `address:${client.address ?? 'unknown'}`;
      await refuseWhenLimited(limiter, [account, address]);
      const user = await store.users.get(actor.id);
      const right = await secrets.verifyPassword(password, user?.passwordHash ?? null);
      if (right) {
        await limiter.clear([account]);
        await limiter.refund([address]);
      }
      await store.transaction(async (tx) => {
        if (right) await tx.logins.prove(loginId);
        await tx.audit.append({
          teamId: actor.teamId,
          actor,
          action: right ? 'login.proven' : 'login.proof_failed',
          subject: { kind: 'user', id: actor.id },
        });
      });
      if (!right) throw new DomainError('UNAUTHENTICATED', 'That is not your password.');
    },
  };
}
