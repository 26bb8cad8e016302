import { type Actor, authorize, can, personOf } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import {
  commonPassword,
  createMemberInput,
  judgeChange,
  refuseLastAdmin,
  updateMemberInput,
} from '../domain/member.ts';
import type { Deps } from './deps.ts';
import { createMemberAccounts, type OneUseLink } from './member-accounts.ts';
import type { Invitation, Member } from './people-port.ts';
import type { Tx } from './store-port.ts';
import type { User } from './team-port.ts';
import { actorIn } from './teams.ts';
import { teamOf } from './tokens.ts';

const daySeconds = 86_400;

/**
 * Who belongs to a team (access.md, Sign-in and Roles). With `teamId` the question is about another team of the same
 * person; one they do not belong to does not exist for them.
 */
export function createMembers(deps: Pick<Deps, 'store' | 'secrets' | 'clock' | 'recheck' | 'identityProvider'>) {
  const { store, secrets, clock } = deps;

  const inTeam = (actor: Actor, teamId: string | undefined) =>
    teamId === undefined ? Promise.resolve(actor) : actorIn(store, actor, teamId);

  async function manager(given: Actor, teamId?: string): Promise<Actor> {
    const actor = await inTeam(given, teamId);
    authorize(actor, 'member.manage', { teamId: teamOf(actor) });
    return actor;
  }

  async function existing(handle: Tx, actor: Actor, id: string): Promise<Member> {
    const member = await handle.members.get(teamOf(actor), id);
    if (member === null) throw new DomainError('NOT_FOUND', 'There is no such member.');
    return member;
  }

  /** In the transaction that made the membership; ends the link before. */
  async function newLink(tx: Tx, actor: Actor, member: Pick<Member, 'id' | 'role'>, days: number): Promise<OneUseLink> {
    const teamId = teamOf(actor);
    const token = secrets.random(32);
    await tx.invitations.revokeFor(teamId, member.id);
    const invitation = await tx.invitations.create({
      id: secrets.uuid(),
      teamId,
      userId: member.id,
      role: member.role,
      tokenHash: secrets.sha256(token),
      createdBy: personOf(actor),
      expiresAt: new Date(clock().getTime() + days * daySeconds * 1000),
    });
    await tx.audit.append({
      teamId,
      actor,
      action: 'invitation.created',
      subject: { kind: 'user', id: member.id },
      after: { role: member.role, expiresAt: invitation.expiresAt.toISOString() },
    });
    return { token, expiresAt: invitation.expiresAt };
  }

  /** Whoever must not act any more where they acted is made out anew at once. */
  async function endPresence(tx: Tx, { teamId, id }: Member, exceptLogin: string | null): Promise<void> {
    await tx.logins.revokeInTeam(id, teamId, exceptLogin);
  }

  return {
    async list(given: Actor, teamId?: string): Promise<Member[]> {
      const actor = await inTeam(given, teamId);
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'members' });
      return store.members.list(teamOf(actor));
    },

    async get(actor: Actor, id: string): Promise<Member> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'members' });
      return existing(store, actor, id);
    },

    /** Invitations that wait, the expired included; for admins, as the rest of the team learns nothing from them. */
    async invitations(given: Actor, teamId?: string): Promise<Invitation[]> {
      const actor = await inTeam(given, teamId);
      return can(actor, 'member.manage') ? store.invitations.pending(teamOf(actor)) : [];
    },

    /**
     * With a password a member who may sign in at once; without one somebody invited, and the link they join by, which is
     * answered here and never again. CONFLICT for somebody who belongs to the team already.
     */
    async create(given: Actor, raw: unknown, teamId?: string): Promise<{ member: Member; link: OneUseLink | null }> {
      const actor = await manager(given, teamId);
      const parsed = createMemberInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { email, name, role, password, expiresInDays } = parsed.data;
      if (password !== undefined && secrets.isCommonPassword(password)) throw commonPassword();
      const passwordHash = password === undefined ? null : await secrets.hashPassword(password);
      const team = teamOf(actor);
      return store.transaction(async (tx) => {
        await tx.teams.lock(team);
        const known = await tx.users.byEmail(email);
        if (known !== null && (await tx.members.get(team, known.id)) !== null) {
          const message = `${email} belongs to the team already.`;
          throw new DomainError('CONFLICT', message, { details: [{ path: 'email', message }] });
        }
        const user = known ?? (await tx.users.create({ id: secrets.uuid(), email, name, passwordHash }));
        if (known !== null && passwordHash !== null) await giveFirstPassword(tx, known, passwordHash);
        if (passwordHash === null) await tx.members.invite({ teamId: team, userId: user.id, role });
        else await tx.users.addMembership({ teamId: team, userId: user.id, role });
        await tx.audit.append({
          teamId: team,
          actor,
          action: 'member.added',
          subject: { kind: 'user', id: user.id },
          after: { role, state: passwordHash === null ? 'invited' : 'active' },
        });
        const link = passwordHash === null ? await newLink(tx, actor, { id: user.id, role }, expiresInDays) : null;
        return { member: await existing(tx, actor, user.id), link };
      });
    },

    /** A new link for somebody who was invited; the one before is good no more. */
    async renewInvitation(given: Actor, id: string, days: number, teamId?: string): Promise<OneUseLink> {
      const actor = await manager(given, teamId);
      return store.transaction(async (tx) => {
        await tx.teams.lock(teamOf(actor));
        const member = await existing(tx, actor, id);
        if (member.state !== 'invited') throw new DomainError('CONFLICT', `${member.name} has joined already.`);
        return newLink(tx, actor, member, days);
      });
    },

    /**
     * Changes the role, or keeps somebody out (`active: false`) and lets them in again. Their logins in the team end, but
     * for `ownLogin`, and what they have open is judged at once. CONFLICT for the last admin.
     */
    async update(
      given: Actor,
      id: string,
      raw: unknown,
      options: { version?: number | undefined; ownLogin?: string | undefined; teamId?: string | undefined } = {},
    ): Promise<Member> {
      const actor = await manager(given, options.teamId);
      const parsed = updateMemberInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { role, active } = parsed.data;
      const team = teamOf(actor);
      const after = await store.transaction(async (tx) => {
        await tx.teams.lock(team);
        const before = await existing(tx, actor, id);
        judgeChange(before.state, parsed.data);
        const admins = await tx.members.activeAdmins(team);
        if (role !== undefined && role !== 'admin') refuseLastAdmin(admins, id);
        if (active === false) refuseLastAdmin(admins, id);
        await tx.members.update(
          team,
          id,
          { ...(role !== undefined && { role }), ...(active !== undefined && { active }) },
          options.version,
        );
        const changed = await existing(tx, actor, id);
        if (changed.role !== before.role) {
          await tx.audit.append({
            teamId: team,
            actor,
            action: 'member.role_changed',
            subject: { kind: 'user', id },
            before: { role: before.role },
            after: { role: changed.role },
          });
          await endPresence(tx, changed, options.ownLogin ?? null);
          // The page behind the link says what is true.
          if (changed.state === 'invited') await tx.invitations.setRole(team, id, changed.role);
        }
        if (changed.state !== before.state) {
          const action = changed.state === 'deactivated' ? 'member.deactivated' : 'member.reactivated';
          await tx.audit.append({ teamId: team, actor, action, subject: { kind: 'user', id } });
          await endPresence(tx, changed, null);
        }
        return changed;
      });
      deps.recheck(id);
      return after;
    },

    /** Takes somebody out of the team, or an invitation back. Their tokens here are revoked; what they made stays. */
    async remove(given: Actor, id: string, teamId?: string): Promise<void> {
      const actor = await manager(given, teamId);
      const team = teamOf(actor);
      await store.transaction(async (tx) => {
        await tx.teams.lock(team);
        const before = await existing(tx, actor, id);
        refuseLastAdmin(await tx.members.activeAdmins(team), id);
        await tx.invitations.revokeFor(team, id);
        const tokens = await tx.tokens.revokeAllOf(team, id);
        await endPresence(tx, before, null);
        await tx.members.remove(team, id);
        await tx.audit.append({
          teamId: team,
          actor,
          action: before.state === 'invited' ? 'invitation.revoked' : 'member.removed',
          subject: { kind: 'user', id },
          before: { role: before.role, state: before.state },
          after: { tokensRevoked: tokens },
        });
      });
      deps.recheck(id);
    },

    ...createMemberAccounts(deps, { manager, existing }),
  };

  /** An account somebody uses is theirs: nobody gives it a password but by a reset. */
  async function giveFirstPassword(tx: Tx, user: User, hash: string): Promise<void> {
    if (user.passwordHash !== null || (await tx.identities.listFor(user.id)).length > 0) {
      throw invalid([
        {
          path: 'password',
          message: 'This address has an account already: leave the password out, and they join with their own.',
        },
      ]);
    }
    await tx.users.setPassword(user.id, hash);
  }
}
