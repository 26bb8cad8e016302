import type { Actor, AgentActor, Role } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { loginCookie, loginInput, setupInput, teamSlugOf } from '../domain/login.ts';
import { createJoining } from './auth/join.ts';
import {
  actorOf,
  type Client,
  newHash,
  openLogin,
  type SecondStep,
  type SignedIn,
  secondStep,
  signIn,
} from './auth/open-login.ts';
import { createPasswords } from './auth/passwords.ts';
import { createSecondFactor } from './auth/second-factor.ts';
import { createSignOn } from './auth/sign-on.ts';
import type { Deps } from './deps.ts';
import { seedFleet } from './fleet.ts';
import { refuseWhenLimited } from './limited.ts';
import type { LoginSession, User } from './team-port.ts';

export type UserActor = Extract<Actor, { kind: 'user' }>;
export type TokenActor = Extract<Actor, { kind: 'token' }>;
export type { Client, SecondStep, SignedIn };

/** Whoever is signed in, as the gate of the pages needs them. */
export interface OpenLogin {
  actor: UserActor;
  loginId: string;
  teamName: string;
  /** Where this person may go, the first joined first. */
  teams: { id: string; name: string; role: Role }[];
  /** When this login last proved who sits there. */
  provenAt: Date;
  /** The team wants a second factor and this person has none: nothing else is open to them. */
  mustEnrol: boolean;
}

/** A failed sign-in is answered no sooner, so that what it was that failed cannot be told by the clock. */
const failureMs = 250;

/** Sign-in, first run, login sessions (access.md, Sign-in). `setupCode` is printed once in the log by the caller. */
export function createAuth(deps: Deps, options: { setupCode: string; runtimeId: string }) {
  const { store, secrets, limiter } = deps;

  /** The role of a person who may work in the team now; null for anybody else. */
  async function roleOf(userId: string, teamId: string): Promise<UserActor['role'] | null> {
    const membership = (await store.users.memberships(userId)).find((one) => one.teamId === teamId);
    const user = await store.users.get(userId);
    return !membership || !user || user.disabledAt !== null ? null : membership.role;
  }

  /** Creates the first team, its admin and its fleet; CONFLICT when anybody was faster. */
  async function createFirstAdmin(input: {
    teamName: string;
    name: string;
    email: string;
    password: string;
  }): Promise<{ user: User; teamId: string }> {
    const passwordHash = await newHash(deps, input.password);
    return store.transaction(async (tx) => {
      await tx.users.lockAll();
      if ((await tx.users.count()) > 0)
        throw new DomainError('CONFLICT', 'This installation is already set up; sign in.');
      const team = await tx.teams.create({
        id: secrets.uuid(),
        name: input.teamName,
        slug: teamSlugOf(input.teamName),
      });
      const user = await tx.users.create({ id: secrets.uuid(), email: input.email, name: input.name, passwordHash });
      await tx.users.addMembership({ teamId: team.id, userId: user.id, role: 'admin' });
      await seedFleet(tx, { teamId: team.id, runtimeId: options.runtimeId, uuid: secrets.uuid });
      const actor: Actor = {
        kind: 'user',
        id: user.id,
        teamId: team.id,
        role: 'admin',
        name: user.name,
        email: user.email,
      };
      await tx.audit.append({
        teamId: team.id,
        actor,
        action: 'team.created',
        subject: { kind: 'team', id: team.id },
        after: { slug: team.slug },
      });
      return { user, teamId: team.id };
    });
  }

  return {
    ...createJoining(deps),
    ...createPasswords(deps),
    ...createSecondFactor(deps),
    ...createSignOn(deps),

    async needsSetup(): Promise<boolean> {
      return (await store.users.count()) === 0;
    },

    /** The first run: needs the one-time code of the server's log. */
    async setup(raw: unknown, client: Client): Promise<SignedIn> {
      const parsed = setupInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const keys = [`setup:${client.address ?? 'unknown'}`];
      await refuseWhenLimited(limiter, keys);
      if (secrets.sha256(parsed.data.code) !== secrets.sha256(options.setupCode)) {
        throw invalid([{ path: 'code', message: 'That is not the code in the server log of this start.' }]);
      }
      await limiter.clear(keys);
      const { user, teamId } = await createFirstAdmin(parsed.data);
      return openLogin(deps, store, user, { teamId, role: 'admin' }, client);
    },

    /** `ADMIN_EMAIL` and `ADMIN_PASSWORD`: the same, once, unattended. Does nothing when a user exists. */
    async setupUnattended(input: { email: string; password: string }): Promise<boolean> {
      if ((await store.users.count()) > 0) return false;
      await createFirstAdmin({
        teamName: 'Default team',
        name: input.email.split('@')[0] ?? 'Admin',
        ...input,
        email: input.email.toLowerCase(),
      });
      return true;
    },

    /**
     * One answer, and one duration, for an unknown user and a wrong password. Somebody with a second factor is asked for
     * its code next.
     */
    async login(raw: unknown, client: Client): Promise<SignedIn | SecondStep> {
      const parsed = loginInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { email, password } = parsed.data;
      const keys = [`account:${email}`, `address:${client.address ?? 'unknown'}`];
      await refuseWhenLimited(limiter, keys);
      const answerAt = performance.now() + failureMs;
      const user = await store.users.byEmail(email);
      const right = await secrets.verifyPassword(password, user?.passwordHash ?? null);
      const membership = user === null ? undefined : (await store.users.memberships(user.id))[0];
      if (!right || user === null || user.disabledAt !== null || membership === undefined) {
        if (user !== null && membership !== undefined) await failed(membership.teamId, user.id);
        await new Promise((answer) => setTimeout(answer, Math.max(0, answerAt - performance.now())));
        throw new DomainError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
      }
      await limiter.clear([`account:${email}`]);
      await limiter.refund(keys.slice(1));
      const factor = await store.secondFactors.get(user.id);
      if (factor !== null && factor.confirmedAt !== null) return secondStep(deps, user, membership.teamId);
      return store.transaction((tx) => signIn(deps, tx, user, membership, client));
    },

    async logout(token: string): Promise<void> {
      const login = await store.logins.byTokenHash(secrets.sha256(token), loginCookie.idleSeconds);
      if (!login) return;
      const { id, userId, teamId } = login;
      await endLogin({ kind: 'system', teamId, name: 'sign-in' }, { id, userId, teamId }, 'login.ended');
    },

    async actorFromLogin(token: string | null): Promise<OpenLogin | null> {
      if (token === null || token === '') return null;
      const login = await store.logins.byTokenHash(secrets.sha256(token), loginCookie.idleSeconds);
      if (!login) return null;
      const user = await store.users.get(login.userId);
      const memberships = await store.users.memberships(login.userId);
      const membership = memberships.find((one) => one.teamId === login.teamId);
      if (!user || user.disabledAt !== null || !membership) return null;
      const teams = memberships.map(({ teamId: id, teamName: name, role }) => ({ id, name, role }));
      const { teamName, twoFactorRequired } = membership;
      // Whoever came by the identity provider has proven what it asks for.
      const asked = twoFactorRequired && login.method === 'password';
      const mustEnrol = asked && ((await store.secondFactors.get(user.id))?.confirmedAt ?? null) === null;
      return {
        actor: actorOf(user, membership),
        loginId: login.id,
        teamName,
        teams,
        provenAt: login.provenAt,
        mustEnrol,
      };
    },

    /** A person's program, or an agent outside that may report and nothing else. */
    async actorFromToken(bearer: string): Promise<TokenActor | AgentActor | null> {
      const hash = secrets.sha256(bearer);
      const token = await store.tokens.byHash(hash);
      if (!token) {
        const agent = await store.external.byTokenHash(hash);
        if (agent === null) return null;
        const { agentId: id, teamId, name } = agent;
        return { kind: 'agent', id, teamId, name, scopes: ['agents:report'] };
      }
      const role = token.userId === null ? token.role : await roleOf(token.userId, token.teamId);
      if (role === null) return null;
      const { id, teamId, userId, name } = token;
      return { kind: 'token', id, teamId, role, userId, scopes: token.scopes as TokenActor['scopes'], name };
    },

    logins(actor: UserActor): Promise<LoginSession[]> {
      return store.logins.listFor(actor.id);
    },

    async revokeLogin(actor: UserActor, id: string): Promise<void> {
      const mine = (await store.logins.listFor(actor.id)).find((login) => login.id === id);
      if (mine === undefined) throw new DomainError('NOT_FOUND', 'That login is not one of yours.');
      await endLogin(actor, mine, 'login.revoked');
    },
  };

  /** In the record of the team it stood in; what it has open is judged at once. */
  async function endLogin(
    by: Actor,
    { id, userId, teamId }: Pick<LoginSession, 'id' | 'userId' | 'teamId'>,
    action: 'login.ended' | 'login.revoked',
  ): Promise<void> {
    await store.transaction(async (tx) => {
      await tx.logins.revoke(id);
      await tx.audit.append({ teamId, actor: by, action, subject: { kind: 'user', id: userId } });
    });
    deps.recheck(userId);
  }

  async function failed(teamId: string, userId: string): Promise<void> {
    await store.audit.append({
      teamId,
      actor: { kind: 'system', teamId, name: 'sign-in' },
      action: 'login.failed',
      subject: { kind: 'user', id: userId },
    });
  }
}

export type Auth = ReturnType<typeof createAuth>;
