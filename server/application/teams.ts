import { type Actor, authorize, personOf, type Role, type UserActor } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { teamSlugOf } from '../domain/login.ts';
import { createTeamInput, slugTry, updateTeamInput } from '../domain/team.ts';
import type { Deps } from './deps.ts';
import { seedFleet } from './fleet.ts';
import { defined } from './repositories.ts';
import type { Store, Tx } from './store-port.ts';
import type { Team } from './team-port.ts';
import { teamOf } from './tokens.ts';

export type OwnTeam = Team & { role: Role };

/**
 * The actor as a member of another of their teams. NOT_FOUND for a team they do not belong to: the team still comes from
 * who somebody is, never from what they send. FORBIDDEN where that team requires a second factor and its member has none:
 * what they may not open there they do not reach from here.
 */
export async function actorIn(
  store: Pick<Store, 'users' | 'secondFactors' | 'identities'>,
  actor: Actor,
  teamId: string,
): Promise<Actor> {
  if (actor.kind === 'system' || actor.teamId === teamId) return actor;
  const person = personOf(actor);
  const own = person === null ? [] : await store.users.memberships(person);
  const membership = own.find((one) => one.teamId === teamId);
  if (membership === undefined || actor.kind === 'agent')
    throw new DomainError('NOT_FOUND', 'You belong to no such team.');
  if (actor.kind === 'user' && membership.twoFactorRequired && !(await hasSecondFactor(store, actor.id)))
    throw new DomainError('FORBIDDEN', `${membership.teamName} requires a second factor: set yours up under Account.`);
  return { ...actor, teamId, role: membership.role };
}

/** Whoever comes by the identity provider has proven there what it asks for. */
async function hasSecondFactor(
  { secondFactors, identities }: Pick<Store, 'secondFactors' | 'identities'>,
  userId: string,
): Promise<boolean> {
  const factor = await secondFactors.get(userId);
  return (factor?.confirmedAt ?? null) !== null || (await identities.listFor(userId)).length > 0;
}

/** The teams of a person, and their settings (domain.md 6; access.md). */
export function createTeams(deps: Pick<Deps, 'store' | 'secrets' | 'recheck'>, options: { runtimeId: string }) {
  const { store, secrets } = deps;

  async function own(actor: Actor): Promise<OwnTeam[]> {
    const person = personOf(actor);
    if (person === null) return [];
    const memberships = await store.users.memberships(person);
    const teams = await Promise.all(memberships.map(({ teamId }) => store.teams.get(teamId)));
    return teams.flatMap((team, place) => {
      const role = memberships[place]?.role;
      return team === null || role === undefined ? [] : [{ ...team, role }];
    });
  }

  async function ownTeam(actor: Actor, id: string): Promise<{ actor: Actor; team: OwnTeam }> {
    const within = await actorIn(store, actor, id);
    const team = (await own(within)).find((one) => one.id === id);
    if (team === undefined) throw new DomainError('NOT_FOUND', 'You belong to no such team.');
    return { actor: within, team };
  }

  return {
    /** Those the person belongs to, the first joined first. */
    async list(actor: Actor): Promise<OwnTeam[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'teams' });
      return own(actor);
    },

    async get(actor: Actor, id: string): Promise<OwnTeam> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'teams' });
      return (await ownTeam(actor, id)).team;
    },

    /** What of the quotas is in use now: active sessions, open attempts. */
    async load(actor: Actor): Promise<{ sessions: number; attempts: number }> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'teams' });
      const [sessions, attempts] = await Promise.all([
        store.sessions.countActive(teamId),
        store.attempts.countOpen(teamId),
      ]);
      return { sessions, attempts };
    },

    /** A new team with a fleet of its own; whoever makes it is its admin. */
    async create(actor: Actor, raw: unknown): Promise<OwnTeam> {
      authorize(actor, 'team.manage', { teamId: teamOf(actor) });
      const person = personOf(actor);
      if (person === null) throw new DomainError('FORBIDDEN', 'Only a person makes a team.');
      const parsed = createTeamInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { name, slug, ...settings } = parsed.data;
      const team = await store.transaction(async (tx) => {
        const created = await tx.teams.create({ id: secrets.uuid(), name, slug: await freeSlug(tx, name, slug) });
        const set = defined(settings);
        const whole = Object.keys(set).length === 0 ? created : await tx.teams.update(created.id, set);
        await tx.users.addMembership({ teamId: created.id, userId: person, role: 'admin' });
        await seedFleet(tx, { teamId: created.id, runtimeId: options.runtimeId, uuid: secrets.uuid });
        await tx.audit.append({
          teamId: created.id,
          actor,
          action: 'team.created',
          subject: { kind: 'team', id: created.id },
          after: { slug: created.slug, ...facts(whole) },
        });
        return whole;
      });
      return { ...team, role: 'admin' };
    },

    /** Name, quotas and rules. A quota below what runs ends nothing: it refuses what would come on top. */
    async update(given: Actor, id: string, raw: unknown, version?: number): Promise<OwnTeam> {
      const { actor, team: before } = await ownTeam(given, id);
      authorize(actor, 'team.manage', { teamId: id });
      const parsed = updateTeamInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const after = await store.transaction(async (tx) => {
        const changed = await tx.teams.update(id, defined(parsed.data), version);
        await tx.audit.append({
          teamId: id,
          actor,
          action: 'team.updated',
          subject: { kind: 'team', id },
          before: facts(before),
          after: facts(changed),
        });
        return changed;
      });
      // Where a second factor is needed from now on, who has none is led to it with the next request.
      if (after.twoFactorRequired && !before.twoFactorRequired)
        for (const member of await store.members.list(id)) deps.recheck(member.id);
      return { ...after, role: before.role };
    },

    /** Puts the login into another of the person's teams: everything it opens from now on is of that one. */
    async switchTo(actor: UserActor, loginId: string, teamId: string): Promise<void> {
      const membership = (await store.users.memberships(actor.id)).find((one) => one.teamId === teamId);
      if (membership === undefined) throw new DomainError('NOT_FOUND', 'You belong to no such team.');
      await store.transaction(async (tx) => {
        await tx.logins.moveTo(loginId, actor.id, teamId);
        await tx.audit.append({
          teamId,
          actor: { ...actor, teamId, role: membership.role },
          action: 'login.team_entered',
          subject: { kind: 'user', id: actor.id },
        });
      });
      deps.recheck(actor.id);
    },
  };

  async function freeSlug(tx: Tx, name: string, asked: string | undefined): Promise<string> {
    if (asked !== undefined) {
      if (await tx.teams.slugTaken(asked)) throw invalid([{ path: 'slug', message: `The slug ${asked} is taken.` }]);
      return asked;
    }
    const wanted = teamSlugOf(name);
    for (let number = 1; ; number += 1) {
      const slug = slugTry(wanted, number);
      if (!(await tx.teams.slugTaken(slug))) return slug;
    }
  }
}

const facts = (team: Team) => ({
  name: team.name,
  maxActiveSessions: team.maxActiveSessions,
  tokensPerMonth: team.tokensPerMonth,
  maxParallelAttempts: team.maxParallelAttempts,
  twoFactorRequired: team.twoFactorRequired,
  openRegistration: team.openRegistration,
  selfApprovalForbidden: team.selfApprovalForbidden,
});
