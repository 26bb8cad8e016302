import { type Actor, authorize, can, type Scope, scopes } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { createTokenInput } from '../domain/login.ts';
import type { Deps } from './deps.ts';
import type { ApiToken } from './team-port.ts';

/** Personal API tokens: `oio_` + 256 bits, shown once, stored hashed (access.md, Tokens). */
export function createTokens(deps: Pick<Deps, 'store' | 'secrets' | 'clock' | 'recheck'>) {
  const { store, secrets } = deps;

  const userOf = (actor: Actor): string => {
    if (actor.kind === 'user') return actor.id;
    if (actor.kind === 'token') return actor.userId;
    throw new DomainError('FORBIDDEN', 'Only a person has tokens.');
  };

  async function make(
    owner: { teamId: string; userId: string },
    input: { name: string; scopes: readonly Scope[]; expiresAt?: Date | undefined },
    actor: Actor,
  ): Promise<ApiToken & { token: string }> {
    const token = `oio_${secrets.random(32)}`;
    const row = await store.transaction(async (tx) => {
      const created = await tx.tokens.create({
        id: secrets.uuid(),
        ...owner,
        name: input.name,
        prefix: token.slice(0, 10),
        tokenHash: secrets.sha256(token),
        scopes: [...new Set(input.scopes)],
        expiresAt: input.expiresAt ?? null,
      });
      await tx.audit.append({
        teamId: owner.teamId,
        actor,
        action: 'token.created',
        subject: { kind: 'token', id: created.id },
        after: { scopes: created.scopes },
      });
      return created;
    });
    return { ...row, token };
  }

  return {
    /** An admin sees the team's tokens, everyone else their own. */
    async list(actor: Actor): Promise<ApiToken[]> {
      const subject = { teamId: teamOf(actor), resource: 'tokens' as const };
      authorize(actor, 'read', subject);
      return store.tokens.listFor(subject.teamId, can(actor, 'token.manage') ? null : userOf(actor));
    },

    async create(actor: Actor, raw: unknown): Promise<ApiToken & { token: string }> {
      authorize(actor, 'token.own', { teamId: teamOf(actor), createdBy: userOf(actor) });
      const parsed = createTokenInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      if (parsed.data.expiresAt && parsed.data.expiresAt <= deps.clock())
        throw invalid([{ path: 'expiresAt', message: 'Choose a time in the future.' }]);
      // A token must not make a stronger one.
      if (actor.kind === 'token') {
        const beyond = parsed.data.scopes.filter((scope) => !actor.scopes.includes(scope));
        if (beyond.length > 0)
          throw new DomainError('FORBIDDEN', `This token does not have ${beyond.join(', ')} and cannot give it.`);
      }
      return make({ teamId: teamOf(actor), userId: userOf(actor) }, parsed.data, actor);
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
        { teamId: membership.teamId, userId: user.id },
        { name: input.name, scopes: input.scopes as Scope[] },
        { kind: 'system', teamId: membership.teamId, name: 'local administration' },
      );
    },

    async revoke(actor: Actor, id: string): Promise<void> {
      const teamId = teamOf(actor);
      const token = await store.tokens.get(teamId, id);
      const mine = token !== null && token.userId === userOf(actor);
      if (!mine) authorize(actor, 'token.manage', { teamId });
      else authorize(actor, 'token.own', { teamId, createdBy: token.userId });
      if (token === null) throw new DomainError('NOT_FOUND', 'No such token.');
      await store.transaction(async (tx) => {
        await tx.tokens.revoke(teamId, id);
        await tx.audit.append({ teamId, actor, action: 'token.revoked', subject: { kind: 'token', id } });
      });
      deps.recheck(token.userId);
    },
  };
}

/** The team an actor acts in; the system acts in none by itself. */
export function teamOf(actor: Actor): string {
  if (actor.teamId === null) throw new DomainError('FORBIDDEN', 'The system acts in no team of its own.');
  return actor.teamId;
}
