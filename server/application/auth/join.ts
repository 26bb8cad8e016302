import type { Role } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { joinAgainInput, joinInput, registerInput } from '../../domain/member.ts';
import type { Deps } from '../deps.ts';
import { refuseWhenLimited } from '../limited.ts';
import type { Invitation } from '../people-port.ts';
import type { Tx } from '../store-port.ts';
import type { User } from '../team-port.ts';
import { actorOf, type Client, newHash, type SecondStep, type SignedIn, secondStep, signIn } from './open-login.ts';

/** What the page behind a link says. */
export interface OpenInvitation {
  teamName: string;
  email: string;
  name: string;
  role: Role;
  /** Whether its owner proves themselves by the account they have, rather than making one. */
  hasAccount: boolean;
  expiresAt: Date;
}

/** How people come in: by the link of an invitation, or by themselves where a team is open (access.md, Sign-in). */
export function createJoining(deps: Deps) {
  const { store, secrets, limiter } = deps;

  const hasAccount = async (user: User) =>
    user.passwordHash !== null || (await store.identities.listFor(user.id)).length > 0;

  async function opened(token: string): Promise<{ invitation: Invitation; user: User; teamName: string }> {
    const invitation = await store.invitations.byTokenHash(secrets.sha256(token));
    const user = invitation === null ? null : await store.users.get(invitation.userId);
    const team = invitation === null ? null : await store.teams.get(invitation.teamId);
    if (invitation === null || user === null || team === null || !team.active)
      throw new DomainError(
        'NOT_FOUND',
        'This link was used, revoked or has expired; ask the admin who sent it for another.',
      );
    return { invitation, user, teamName: team.name };
  }

  return {
    /** Looking uses nothing up. */
    async invitation(token: string): Promise<OpenInvitation> {
      const { invitation, user, teamName } = await opened(token);
      const { role, expiresAt } = invitation;
      return { teamName, email: user.email, name: user.name, role, hasAccount: await hasAccount(user), expiresAt };
    },

    /** Uses the link: makes the account, or takes the password of the one there is, and signs in to the team. */
    async join(token: string, raw: unknown, client: Client): Promise<SignedIn | SecondStep> {
      const { invitation, user } = await opened(token);
      return (await hasAccount(user))
        ? joinAgain(invitation, user, raw, client)
        : joinAnew(invitation, user, raw, client);
    },

    /** Teams that let anybody in, by name. */
    async openTeams(): Promise<{ slug: string; name: string }[]> {
      const teams = await store.teams.list();
      return teams.flatMap(({ slug, name, active, openRegistration }) =>
        active && openRegistration ? [{ slug, name }] : [],
      );
    },

    /** A viewer of an open team, by themselves. What such a person may do is an admin's to raise. */
    async register(raw: unknown, client: Client): Promise<SignedIn> {
      const parsed = registerInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { team: slug, email, name, password } = parsed.data;
      // Every one counts, so that nobody fills the team or asks addresses off.
      await refuseWhenLimited(limiter, [`register:${client.address ?? 'unknown'}`]);
      const passwordHash = await newHash(deps, password);
      return store.transaction(async (tx) => {
        const team = (await tx.teams.list()).find((one) => one.slug === slug && one.active && one.openRegistration);
        if (team === undefined)
          throw invalid([{ path: 'team', message: 'This team takes nobody in without an invitation.' }]);
        if ((await tx.users.byEmail(email)) !== null)
          throw invalid([
            { path: 'email', message: 'This address cannot be registered; sign in if the account is yours.' },
          ]);
        const user = await tx.users.create({ id: secrets.uuid(), email, name, passwordHash });
        const membership = { teamId: team.id, userId: user.id, role: 'viewer' as const };
        await tx.users.addMembership(membership);
        await tx.audit.append({
          teamId: team.id,
          actor: actorOf(user, membership),
          action: 'member.registered',
          subject: { kind: 'user', id: user.id },
          after: { role: membership.role },
        });
        return signIn(deps, tx, user, membership, client);
      });
    },
  };

  async function joinAnew(invitation: Invitation, user: User, raw: unknown, client: Client): Promise<SignedIn> {
    const parsed = joinInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const hash = await newHash(deps, parsed.data.password);
    return store.transaction(async (tx) => {
      await accept(tx, invitation, user);
      // By the link of another team the account may have come to be in this moment: it is its owner's then.
      if ((await tx.users.get(user.id))?.passwordHash != null)
        throw new DomainError('CONFLICT', 'This account was made in the meantime: join with its password.');
      await tx.users.setPassword(user.id, hash);
      await tx.users.rename(user.id, parsed.data.name);
      return signIn(deps, tx, { ...user, name: parsed.data.name }, invitation, client);
    });
  }

  async function joinAgain(
    invitation: Invitation,
    user: User,
    raw: unknown,
    client: Client,
  ): Promise<SignedIn | SecondStep> {
    const parsed = joinAgainInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const keys = [`account:${user.email}`, `address:${client.address ?? 'unknown'}`];
    await refuseWhenLimited(limiter, keys);
    if (!(await secrets.verifyPassword(parsed.data.password, user.passwordHash)) || user.disabledAt !== null)
      throw invalid([{ path: 'password', message: 'That is not the password of this account.' }]);
    await limiter.clear(keys.slice(0, 1));
    await limiter.refund(keys.slice(1));
    const factor = await store.secondFactors.get(user.id);
    return store.transaction(async (tx) => {
      await accept(tx, invitation, user);
      if (factor !== null && factor.confirmedAt !== null) return secondStep(deps, user, invitation.teamId);
      return signIn(deps, tx, user, invitation, client);
    });
  }
}

/** Makes the invited person a member; CONFLICT when the link was used or taken back meanwhile. */
export async function accept(tx: Tx, invitation: Invitation, user: User): Promise<void> {
  const { id, teamId, role } = invitation;
  await tx.teams.lock(teamId);
  if (!(await tx.invitations.use(id)))
    throw new DomainError('CONFLICT', 'This link was used or taken back in the meantime.');
  await tx.members.accept(teamId, user.id);
  await tx.audit.append({
    teamId,
    actor: actorOf(user, { teamId, role }),
    action: 'invitation.accepted',
    subject: { kind: 'user', id: user.id },
    after: { role },
  });
}
