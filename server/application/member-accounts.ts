import { type Actor, personOf } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { accountRefusal, lastAdminRefusal, resetHours } from '../domain/member.ts';
import type { Deps } from './deps.ts';
import type { Member } from './people-port.ts';
import type { Tx } from './store-port.ts';
import { teamOf } from './tokens.ts';

/** A link's secret, answered once; where the link leads is the caller's to say. */
export interface OneUseLink {
  token: string;
  expiresAt: Date;
}

/** Who may ask, and about whom, as the members' verbs judge it. */
interface Judged {
  manager(given: Actor): Promise<Actor>;
  existing(handle: Tx, actor: Actor, id: string): Promise<Member>;
}

/** What an admin does to the account behind a member: it is that person's in every team, so more is asked than of the membership. */
export function createMemberAccounts(
  {
    store,
    secrets,
    clock,
    recheck,
    identityProvider,
  }: Pick<Deps, 'store' | 'secrets' | 'clock' | 'recheck' | 'identityProvider'>,
  { manager, existing }: Judged,
) {
  return {
    /** Why this actor cannot do something about this member, for buttons that say so; null where they can. */
    async refusals(
      given: Actor,
      id: string,
    ): Promise<{ lastAdmin: string | null; account: string | null; reset: string | null }> {
      const actor = await manager(given);
      const person = personOf(actor);
      const mine = person === null ? [] : await store.users.standings(person);
      const account = accountRefusal(mine, await store.users.standings(id));
      return {
        lastAdmin: lastAdminRefusal(await store.members.activeAdmins(teamOf(actor)), id),
        account,
        reset: account ?? (await providerRefusal(await existing(store, actor, id))),
      };
    },

    /**
     * A one-use link by which the member sets a new password; it is answered here and never again. CONFLICT for an account
     * that the identity provider alone opens.
     */
    async makeReset(given: Actor, id: string): Promise<OneUseLink> {
      const actor = await manager(given);
      const member = await reachable(actor, id);
      // The operator's own command opens an account on the day the provider is away.
      const why = actor.kind === 'system' ? null : await providerRefusal(member);
      if (why !== null) throw new DomainError('CONFLICT', why);
      const token = secrets.random(32);
      const expiresAt = new Date(clock().getTime() + resetHours * 3_600_000);
      await store.transaction(async (tx) => {
        await tx.passwordResets.create({
          id: secrets.uuid(),
          teamId: member.teamId,
          userId: id,
          tokenHash: secrets.sha256(token),
          createdBy: personOf(actor),
          expiresAt,
        });
        await tx.audit.append({
          teamId: member.teamId,
          actor,
          action: 'password.reset_made',
          subject: { kind: 'user', id },
          after: { expiresAt: expiresAt.toISOString() },
        });
      });
      return { token, expiresAt };
    },

    /** For somebody who lost it: the next sign-in asks for the password alone. Their logins end. */
    async removeSecondFactor(given: Actor, id: string): Promise<void> {
      const actor = await manager(given);
      const member = await reachable(actor, id);
      await store.transaction(async (tx) => {
        await tx.secondFactors.remove(id);
        await tx.logins.revokeOthers(id, null);
        await tx.audit.append({
          teamId: member.teamId,
          actor,
          action: 'second_factor.removed',
          subject: { kind: 'user', id },
        });
      });
      recheck(id);
    },
  };

  /**
   * The provider says who this is, and nothing else does: a password would be a way in that it cannot close. Without a
   * provider in the settings nobody could sign in to such an account, so there the link is the way.
   */
  async function providerRefusal({ id, name }: Pick<Member, 'id' | 'name'>): Promise<string | null> {
    if (identityProvider === null || (await store.identities.listFor(id)).length === 0) return null;
    return `${name} signs in by ${identityProvider.name}: passwords are set there, not here.`;
  }

  /** A member whose account the actor may reach into. */
  async function reachable(actor: Actor, id: string): Promise<Member> {
    const member = await existing(store, actor, id);
    const person = personOf(actor);
    if (member.state === 'invited') throw new DomainError('CONFLICT', `${member.name} has not joined yet.`);
    const mine = person === null ? [] : await store.users.standings(person);
    const why = actor.kind === 'system' ? null : accountRefusal(mine, await store.users.standings(id));
    if (why !== null) throw new DomainError('FORBIDDEN', why);
    return member;
  }
}
