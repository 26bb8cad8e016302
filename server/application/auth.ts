import type { Actor, AgentActor } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { loginCookie, loginInput, setupInput, teamSlugOf } from '../domain/login.ts';
import type { Deps } from './deps.ts';
import { seedFleet } from './fleet.ts';
import { refuseWhenLimited } from './limited.ts';
import type { Tx } from './store-port.ts';
import type { LoginSession, User } from './team-port.ts';

export type UserActor = Extract<Actor, { kind: 'user' }>;
export type TokenActor = Extract<Actor, { kind: 'token' }>;

export interface Client {
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SignedIn {
  token: string;
  expiresAt: Date;
  actor: UserActor;
}

/** Sign-in, first run, login sessions (access.md, Sign-in). `setupCode` is printed once in the log by the caller. */
export function createAuth(deps: Deps, options: { setupCode: string; runtimeId: string }) {
  const { store, secrets, limiter } = deps;

  async function openLogin(
    user: User,
    teamId: string,
    role: UserActor['role'],
    client: Client,
    handle: Tx = store,
  ): Promise<SignedIn> {
    const token = secrets.random(32);
    const expiresAt = new Date(deps.clock().getTime() + loginCookie.absoluteSeconds * 1000);
    await handle.logins.create({
      id: secrets.uuid(),
      userId: user.id,
      teamId,
      tokenHash: secrets.sha256(token),
      ...client,
      expiresAt,
    });
    return { token, expiresAt, actor: { kind: 'user', id: user.id, teamId, role, name: user.name, email: user.email } };
  }

  /** Creates the first team, its admin and its fleet; CONFLICT when anybody was faster. */
  async function createFirstAdmin(input: {
    teamName: string;
    name: string;
    email: string;
    password: string;
  }): Promise<{ user: User; teamId: string }> {
    if (secrets.isCommonPassword(input.password)) {
      throw invalid([{ path: 'password', message: 'That password is one of the most common ones; choose another.' }]);
    }
    const passwordHash = await secrets.hashPassword(input.password);
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
      return openLogin(user, teamId, 'admin', client);
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

    /** One answer, and one duration, for an unknown user and a wrong password. */
    async login(raw: unknown, client: Client): Promise<SignedIn> {
      const parsed = loginInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { email, password } = parsed.data;
      const keys = [`account:${email}`, `address:${client.address ?? 'unknown'}`];
      await refuseWhenLimited(limiter, keys);
      const user = await store.users.byEmail(email);
      const right = await secrets.verifyPassword(password, user?.passwordHash ?? null);
      const membership = user === null ? undefined : (await store.users.memberships(user.id))[0];
      if (!right || user === null || user.disabledAt !== null || membership === undefined) {
        if (user !== null && membership !== undefined) {
          await store.transaction((tx) =>
            tx.audit.append({
              teamId: membership.teamId,
              actor: { kind: 'system', teamId: membership.teamId, name: 'sign-in' },
              action: 'login.failed',
              subject: { kind: 'user', id: user.id },
            }),
          );
        }
        throw new DomainError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
      }
      await limiter.clear([`account:${email}`]);
      await limiter.refund(keys.slice(1));
      return store.transaction(async (tx) => {
        const signedIn = await openLogin(user, membership.teamId, membership.role, client, tx);
        await tx.audit.append({
          teamId: membership.teamId,
          actor: signedIn.actor,
          action: 'login.succeeded',
          subject: { kind: 'user', id: user.id },
        });
        return signedIn;
      });
    },

    async logout(token: string): Promise<void> {
      const login = await store.logins.byTokenHash(secrets.sha256(token), loginCookie.idleSeconds);
      if (!login) return;
      await store.logins.revoke(login.id);
      deps.recheck(login.userId);
    },

    async actorFromLogin(
      token: string | null,
    ): Promise<{ actor: UserActor; loginId: string; teamName: string; provenAt: Date } | null> {
      if (token === null || token === '') return null;
      const login = await store.logins.byTokenHash(secrets.sha256(token), loginCookie.idleSeconds);
      if (!login) return null;
      const user = await store.users.get(login.userId);
      const membership = (await store.users.memberships(login.userId)).find((one) => one.teamId === login.teamId);
      if (!user || user.disabledAt !== null || !membership) return null;
      const actor: UserActor = {
        kind: 'user',
        id: user.id,
        teamId: login.teamId,
        role: membership.role,
        name: user.name,
        email: user.email,
      };
      return { actor, loginId: login.id, teamName: membership.teamName, provenAt: login.provenAt };
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
      const membership = (await store.users.memberships(token.userId)).find((one) => one.teamId === token.teamId);
      const user = await store.users.get(token.userId);
      if (!membership || !user || user.disabledAt !== null) return null;
      return {
        kind: 'token',
        id: token.id,
        teamId: token.teamId,
        role: membership.role,
        userId: token.userId,
        scopes: token.scopes as TokenActor['scopes'],
        name: token.name,
      };
    },

    logins(actor: UserActor): Promise<LoginSession[]> {
      return store.logins.listFor(actor.id);
    },

    async revokeLogin(actor: UserActor, id: string): Promise<void> {
      const mine = (await store.logins.listFor(actor.id)).some((login) => login.id === id);
      if (!mine) throw new DomainError('NOT_FOUND', 'That login is not one of yours.');
      await store.logins.revoke(id);
      deps.recheck(actor.id);
    },
  };
}

export type Auth = ReturnType<typeof createAuth>;
