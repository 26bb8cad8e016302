import type { Actor, Role, UserActor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { lastAdminRefusal } from '../../domain/member.ts';
import { grantsOf, type Identified } from '../../domain/sign-on.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import type { Team, User } from '../team-port.ts';
import { accept } from './join.ts';
import { type Client, type SignedIn, signIn } from './open-login.ts';

/** How long somebody may take at the provider. */
const flowSeconds = 600;
const flowPlace = 'login.sign_on';

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly next: string;
  readonly until: number;
}

/** Sign-in by the organisation's own identity provider (access.md, Sign-in). Without one the verbs say so. */
export function createSignOn(deps: Deps) {
  const { store, secrets, clock, encryption, identityProvider: provider } = deps;

  return {
    /** What the button of the sign-in page says; null without a provider. */
    signOnName: provider?.name ?? null,

    /** Where the browser goes, and what it keeps meanwhile: sealed, so that it can be nothing but ours. */
    async beginSignOn(redirectUri: string, next: string): Promise<{ url: string; flow: string; seconds: number }> {
      if (provider === null) throw new DomainError('NOT_FOUND', 'No identity provider is configured.');
      const { url, state, nonce, verifier } = await provider.begin(redirectUri);
      const until = clock().getTime() + flowSeconds * 1000;
      const flow: Flow = { state, nonce, verifier, redirectUri, next, until };
      return { url, flow: encryption.seal(JSON.stringify(flow), flowPlace), seconds: flowSeconds };
    },

    /**
     * What the provider sent the browser back with. Who it is, is known by the provider's own id from the first time on, and
     * by the verified address the first time. Somebody unknown is made when the rules give them a place.
     */
    async completeSignOn(
      query: string,
      sealed: string | null,
      client: Client,
    ): Promise<{ login: SignedIn; next: string }> {
      if (provider === null) throw new DomainError('NOT_FOUND', 'No identity provider is configured.');
      const flow = flowOf(sealed);
      const identified = await provider.complete(new URL(query, flow.redirectUri), flow);
      const touched = new Set<string>();
      const login = await store.transaction(async (tx) => {
        const user = await userFor(tx, identified);
        await followGroups(tx, user, identified, touched);
        await acceptInvitations(tx, user);
        const membership = (await tx.users.memberships(user.id))[0];
        // What the groups took away is kept, so that what is open elsewhere ends too.
        return membership === undefined ? null : signIn(deps, tx, user, membership, client, 'oidc');
      });
      for (const userId of touched) deps.recheck(userId);
      if (login === null) throw noPlace();
      return { login, next: flow.next };
    },

    /** Where a login that came by the provider is ended there too; null where it ends here alone. */
    async signOnEnd(actor: Pick<UserActor, 'id'>, loginId: string, returnTo: string): Promise<string | null> {
      const login = (await store.logins.listFor(actor.id)).find((one) => one.id === loginId);
      if (provider === null || login?.method !== 'oidc') return null;
      try {
        return await provider.endUrl(returnTo);
      } catch (error) {
        // Here it ends all the same; the provider's own session is then the provider's affair.
        deps.log.warn({ err: error }, 'The identity provider could not be asked to end a session');
        return null;
      }
    },
  };

  function flowOf(sealed: string | null): Flow {
    const late = new DomainError(
      'UNAUTHENTICATED',
      'That took too long, or was begun in another browser. Sign in again.',
    );
    if (sealed === null) throw late;
    try {
      const flow = JSON.parse(encryption.open(sealed, flowPlace)) as Flow;
      if (flow.until > clock().getTime()) return flow;
    } catch (cause) {
      late.cause = cause;
    }
    throw late;
  }

  async function userFor(tx: Tx, { issuer, subject, email, emailVerified, name, groups }: Identified): Promise<User> {
    const known = await tx.identities.userOf(issuer, subject);
    const user = known === null ? null : await tx.users.get(known);
    if (user !== null) return living(user);
    if (email === null || !emailVerified)
      throw new DomainError('UNAUTHENTICATED', 'The provider did not say that your e-mail address is verified.');
    await tx.users.lockAll();
    const same = await tx.users.byEmail(email);
    if (same !== null) return takeOver(tx, living(same), issuer, subject);
    if (![...grantsOf(groups, deps.signOn).values()].some((role) => role !== null)) throw noPlace();
    const made = await tx.users.create({ id: secrets.uuid(), email, name: name ?? email, passwordHash: null });
    await tx.identities.link({ issuer, subject, userId: made.id });
    return made;
  }

  /**
   * From now on the provider says who this is, and nothing else does: a password that somebody else may have set for the
   * account before its owner came, and every login opened by it, are gone.
   */
  async function takeOver(tx: Tx, user: User, issuer: string, subject: string): Promise<User> {
    await tx.identities.link({ issuer, subject, userId: user.id });
    await tx.users.dropPassword(user.id);
    await tx.passwordResets.revokeFor(user.id);
    await tx.logins.revokeOthers(user.id, null);
    if ((await tx.secondFactors.get(user.id)) !== null) await tx.secondFactors.remove(user.id);
    for (const { teamId } of await tx.users.memberships(user.id)) {
      const subjectOf = { kind: 'user', id: user.id };
      await tx.audit.append({ teamId, actor: system(teamId), action: 'identity.linked', subject: subjectOf });
    }
    return { ...user, passwordHash: null };
  }

  /** In the teams the rules speak of, the provider's groups decide; elsewhere people do. */
  async function followGroups(tx: Tx, user: User, { groups }: Identified, touched: Set<string>): Promise<void> {
    // A deleted team takes nobody in; brought back, it follows the groups at the next sign-in.
    const teams = (await tx.teams.list()).filter(({ active }) => active);
    const meant = teams.find((team) => deps.signOn.team === null || team.slug === deps.signOn.team);
    const named = new Map<string, Role | null>();
    for (const [slug, role] of grantsOf(groups, deps.signOn)) {
      const team = slug === null ? meant : teams.find((one) => one.slug === slug);
      if (team !== undefined && (named.get(team.id) ?? null) === null) named.set(team.id, role);
    }
    for (const team of teams) {
      const role = named.get(team.id);
      if (role !== undefined) await place(tx, team, user, role, touched);
    }
  }

  async function place(tx: Tx, team: Team, user: User, role: Role | null, touched: Set<string>): Promise<void> {
    await tx.teams.lock(team.id);
    const member = await tx.members.get(team.id, user.id);
    if (member === null) {
      if (role === null) return;
      await tx.users.addMembership({ teamId: team.id, userId: user.id, role });
      return record(tx, team.id, user, 'member.added', { role, state: 'active' });
    }
    if (member.state === 'invited' && role !== null) {
      await tx.invitations.revokeFor(team.id, user.id);
      await tx.members.update(team.id, user.id, { role });
      await tx.members.accept(team.id, user.id);
      return record(tx, team.id, user, 'invitation.accepted', { role });
    }
    if (member.state !== 'active' || member.role === role) return;
    // The last admin stays one: a mapping with a mistake must not leave a team without anybody to mend it.
    if (lastAdminRefusal(await tx.members.activeAdmins(team.id), user.id) !== null) return;
    await tx.logins.revokeInTeam(user.id, team.id, null);
    touched.add(user.id);
    if (role !== null) {
      await tx.members.update(team.id, user.id, { role });
      return record(tx, team.id, user, 'member.role_changed', { role });
    }
    await tx.tokens.revokeAllOf(team.id, user.id);
    await tx.members.remove(team.id, user.id);
    await record(tx, team.id, user, 'member.removed', { role: member.role });
  }

  /** A verified address proves as much as the link that was sent to it. */
  async function acceptInvitations(tx: Tx, user: User): Promise<void> {
    const active = new Set((await tx.teams.list()).flatMap(({ id, active }) => (active ? [id] : [])));
    for (const invitation of await tx.invitations.openFor(user.id))
      if (active.has(invitation.teamId)) await accept(tx, invitation, user);
  }

  function record(tx: Tx, teamId: string, user: User, action: string, after: object): Promise<void> {
    return tx.audit.append({ teamId, actor: system(teamId), action, subject: { kind: 'user', id: user.id }, after });
  }
}

const system = (teamId: string): Actor => ({ kind: 'system', teamId, name: 'identity provider' });

function living(user: User): User {
  if (user.disabledAt !== null) throw noPlace();
  return user;
}

const noPlace = () =>
  new DomainError('UNAUTHENTICATED', 'You are known there, but belong to no team here: ask an admin to invite you.');
