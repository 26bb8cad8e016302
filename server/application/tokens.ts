import { type Actor, authorize, can, personOf, type Role, type Scope, scopes } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { createTokenInput, mayGiveRole, overlapEnd, rotateTokenInput } from '../domain/token.ts';
import type { Deps } from './deps.ts';
import type { ApiToken, ListedToken } from './team-port.ts';

/** API tokens of people and services: `oio_` + 256 bits, shown once, stored hashed (access.md, Tokens). */
export function createTokens(deps: Pick<Deps, 'store' | 'secrets' | 'clock' | 'recheck'>) {
  const { store, secrets } = deps;

  const userOf = (actor: Actor): string => {
    const id = actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null;
    if (id === null) throw new DomainError('FORBIDDEN', 'Only a person has tokens.');
    return id;
  };

  const newSecret = () => {
    const token = `oio_${secrets.random(32)}`;
    return { token, prefix: token.slice(0, 10), tokenHash: secrets.sha256(token) };
  };

  async function make(
    owner: { teamId: string; userId: string | null; role: Role | null; createdBy: string | null },
    input: { name: string; scopes: readonly Scope[]; expiresAt?: Date | undefined },
    actor: Actor,
  ): Promise<ApiToken & { token: string }> {
    const { token, ...secret } = newSecret();
    const row = await store.transaction(async (tx) => {
      const created = await tx.tokens.create({
        id: secrets.uuid(),
        ...owner,
        ...secret,
        name: input.name,
        scopes: [...new Set(input.scopes)],
        expiresAt: input.expiresAt ?? null,
      });
      await tx.audit.append({
        teamId: owner.teamId,
        actor,
        action: 'token.created',
        subject: { kind: 'token', id: created.id },
        after: { scopes: created.scopes, ...(owner.role === null ? {} : { service: true, role: owner.role }) },
      });
      return created;
    });
    return { ...row, token };
  }

  /**
   * The token, when the actor may change it: an own one, or as an admin any of the team. For whoever sees only their own
   * somebody else's does not exist.
   */
  async function changeable(actor: Actor, id: string): Promise<ApiToken> {
    const teamId = teamOf(actor);
    const all = can(actor, 'token.manage', { teamId });
    if (!all) authorize(actor, 'token.own', { teamId });
    const token = await store.tokens.get(teamId, id);
    const me = actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null;
    if (token === null || !(all || (token.userId !== null && token.userId === me)))
      throw new DomainError('NOT_FOUND', 'No such token.');
    return token;
  }

  // A token must not make a stronger one, nor take the secret of one.
  const assertWithin = (actor: Actor, wanted: readonly string[]) => {
    if (actor.kind !== 'token') return;
    const beyond = wanted.filter((scope) => !actor.scopes.some((held) => held === scope));
    if (beyond.length > 0)
      throw new DomainError('FORBIDDEN', `This token does not have ${beyond.join(', ')} and cannot give it.`);
  };

  return {
    /** An admin sees the team's tokens, everyone else their own. */
    async list(actor: Actor): Promise<ListedToken[]> {
      const subject = { teamId: teamOf(actor), resource: 'tokens' as const };
      authorize(actor, 'read', subject);
      return store.tokens.listFor(subject.teamId, can(actor, 'token.manage') ? null : userOf(actor));
    },

    /** A token of the actor's own, or as an admin one of a service, with a role that is not above the admin's. */
    async create(actor: Actor, raw: unknown): Promise<ApiToken & { token: string }> {
      const teamId = teamOf(actor);
      const asked = createTokenInput.safeParse(raw);
      const service = asked.success ? asked.data.service : undefined;
      if (service === undefined) authorize(actor, 'token.own', { teamId, createdBy: userOf(actor) });
      else authorize(actor, 'token.manage', { teamId });
      if (!asked.success) throw invalidFromZod(asked.error);
      if (asked.data.expiresAt && asked.data.expiresAt <= deps.clock())
        throw invalid([{ path: 'expiresAt', message: 'Choose a time in the future.' }]);
      assertWithin(actor, asked.data.scopes);
      const createdBy = actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null;
      if (service === undefined)
        return make({ teamId, userId: userOf(actor), role: null, createdBy }, asked.data, actor);
      if ((actor.kind === 'user' || actor.kind === 'token') && !mayGiveRole(actor.role, service.role))
        throw new DomainError('FORBIDDEN', `The role ${service.role} is above yours.`);
      return make({ teamId, userId: null, role: service.role, createdBy }, asked.data, actor);
    },

    /**
     * A new secret for the same token. The old one works until the overlap ends; 0 hours ends it at once. FORBIDDEN for
     * somebody else's own token: whoever got its secret would act as that person, and be the second one of an approval.
     */
    async rotate(actor: Actor, id: string, raw: unknown): Promise<ApiToken & { token: string }> {
      authorize(actor, 'token.own', { teamId: teamOf(actor) });
      const parsed = rotateTokenInput.safeParse(raw ?? {});
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const found = await changeable(actor, id);
      if (found.userId !== null && found.userId !== personOf(actor))
        throw new DomainError(
          'FORBIDDEN',
          'It acts as somebody else, who alone may have its secret; it can be revoked.',
        );
      assertWithin(actor, found.scopes);
      const previousUntil = overlapEnd(parsed.data.overlapHours, found.expiresAt, deps.clock());
      const { token, ...secret } = newSecret();
      const row = await store.transaction(async (tx) => {
        const rotated = await tx.tokens.rotate(found.teamId, id, { ...secret, previousUntil });
        await tx.audit.append({
          teamId: found.teamId,
          actor,
          action: 'token.rotated',
          subject: { kind: 'token', id },
          after: { previousUntil: previousUntil.toISOString() },
        });
        return rotated;
      });
      if (parsed.data.overlapHours === 0) deps.recheck(id);
      return { ...row, token };
    },

    /** For local administration: whoever may read the data directory may make a token of any member. */
    async issue(input: {
      email: string;
      scopes: readonly string[];
      name: string;
    }): Promise<ApiToken & { token: string }> {
      const unknown = input.scopes.filter((scope) => !scopes.some((known) => known === scope));
      if (unknown.length > 0 || input.scopes.length === 0) {
        throw invalid([
          {
            path: 'scopes',
            message:
              unknown.length > 0
                ? `Unknown scope ${unknown.join(', ')}; known are ${scopes.join(', ')}.`
                : 'Name at least one scope.',
          },
        ]);
      }
      const user = await store.users.byEmail(input.email.trim().toLowerCase());
      const membership = user === null ? undefined : (await store.users.memberships(user.id))[0];
      if (!user || !membership) throw new DomainError('NOT_FOUND', `No user has the e-mail address ${input.email}.`);
      return make(
        { teamId: membership.teamId, userId: user.id, role: null, createdBy: null },
        { name: input.name, scopes: input.scopes as Scope[] },
        { kind: 'system', teamId: membership.teamId, name: 'local administration' },
      );
    },

    /** Ends both secrets of a token at once. */
    async revoke(actor: Actor, id: string): Promise<void> {
      const { teamId } = await changeable(actor, id);
      await store.transaction(async (tx) => {
        await tx.tokens.revoke(teamId, id);
        await tx.audit.append({ teamId, actor, action: 'token.revoked', subject: { kind: 'token', id } });
      });
      deps.recheck(id);
    },
  };
}

/** The team an actor acts in; the system acts in none by itself. */
export function teamOf(actor: Actor): string {
  if (actor.teamId === null) throw new DomainError('FORBIDDEN', 'The system acts in no team of its own.');
  return actor.teamId;
}
