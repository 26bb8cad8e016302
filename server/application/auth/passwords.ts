import type { UserActor } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { accountRefusal, changePasswordInput, resetPasswordInput } from '../../domain/member.ts';
import type { Deps } from '../deps.ts';
import { refuseWhenLimited } from '../limited.ts';
import type { PasswordReset } from '../people-port.ts';
import type { Tx } from '../store-port.ts';
import { newHash } from './open-login.ts';

/** How a password becomes another one: by its owner, or by the link an admin made (access.md, Sign-in). */
export function createPasswords(deps: Deps) {
  const { store, secrets, limiter } = deps;

  return {
    /** Ends every other login of the person; their open pages and sockets are judged at once. */
    async changePassword(actor: UserActor, loginId: string, raw: unknown): Promise<void> {
      const parsed = changePasswordInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { current, password } = parsed.data;
      const user = await store.users.get(actor.id);
      if (user === null) throw new DomainError('NOT_FOUND', 'This account is gone.');
      const keys = [`account:${user.email}`];
      await refuseWhenLimited(limiter, keys);
      if (!(await secrets.verifyPassword(current, user.passwordHash)))
        throw invalid([{ path: 'current', message: 'That is not your present password.' }]);
      await limiter.clear(keys);
      if (current === password) throw invalid([{ path: 'password', message: 'That is the present one.' }]);
      const hash = await newHash(deps, password);
      await store.transaction(async (tx) => {
        await tx.users.setPassword(actor.id, hash);
        await tx.passwordResets.revokeFor(actor.id);
        await tx.logins.revokeOthers(actor.id, loginId);
        await tx.logins.prove(loginId);
        await tx.audit.append({
          teamId: actor.teamId,
          actor,
          action: 'password.changed',
          subject: { kind: 'user', id: actor.id },
        });
      });
      deps.recheck(actor.id);
    },

    /** Whose password a link sets; NOT_FOUND when it is no good any more. */
    async reset(token: string): Promise<{ email: string; expiresAt: Date }> {
      const { reset, user } = await opened(token);
      return { email: user.email, expiresAt: reset.expiresAt };
    },

    /** Uses the link: the password is set, every login of the account ends, and signing in is left to its owner. */
    async resetPassword(token: string, raw: unknown): Promise<void> {
      const parsed = resetPasswordInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { reset, user } = await opened(token);
      const hash = await newHash(deps, parsed.data.password);
      await store.transaction(async (tx) => {
        if (!(await mayStill(tx, reset)) || !(await tx.passwordResets.use(reset.id))) throw gone();
        await tx.users.setPassword(user.id, hash);
        await tx.logins.revokeOthers(user.id, null);
        await tx.audit.append({
          teamId: reset.teamId,
          actor: { kind: 'system', teamId: reset.teamId, name: 'password reset' },
          action: 'password.reset_used',
          subject: { kind: 'user', id: user.id },
        });
      });
      await limiter.clear([`account:${user.email}`]);
      deps.recheck(user.id);
    },
  };

  async function opened(token: string) {
    const reset = await store.passwordResets.byTokenHash(secrets.sha256(token));
    const user = reset === null ? null : await store.users.get(reset.userId);
    if (reset === null || user === null || !(await mayStill(store, reset))) throw gone();
    return { reset, user };
  }

  /**
   * Whether its maker could make it now: the account may have joined a team they do not govern, which the link must not
   * open. One of the operator has no maker.
   */
  async function mayStill({ users }: Pick<Tx, 'users'>, reset: Pick<PasswordReset, 'userId' | 'createdBy'>) {
    if (reset.createdBy === null) return true;
    return accountRefusal(await users.standings(reset.createdBy), await users.standings(reset.userId)) === null;
  }
}

const gone = () => new DomainError('NOT_FOUND', 'This link was used or has expired; ask an admin for another.');
