import { type Actor, authorize, personOf } from '../domain/actor.ts';
import { DomainError, invalid } from '../domain/errors.ts';
import { refuseLastAdmin } from '../domain/member.ts';
import type { Deps } from './deps.ts';
import type { PersonData } from './person-port.ts';
import type { Membership, User } from './team-port.ts';
import { teamOf } from './tokens.ts';

export interface TeamPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Membership['role'];
  /** Why they cannot be erased by this admin; null when they can. */
  readonly refusal: string | null;
}

/** What is exported of a person. */
export interface PersonExport extends PersonData {
  readonly format: 'orchestrator person 1';
  readonly exportedAt: string;
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly teams: readonly { readonly slug: string; readonly name: string; readonly role: string }[];
}

/** The stable pseudonym of somebody who was erased: in the audit stands the whole id, anyway. */
const formerName = (id: string): string => `Former member ${id.slice(0, 8)}`;

/** Export and erasure of what is kept of people (access.md, Data care). */
export function createPeopleData(deps: Pick<Deps, 'store' | 'clock' | 'recheck'>) {
  const { store, clock, recheck } = deps;

  /** Whoever the team knows, invited and deactivated too. */
  async function member(actor: Actor, id: string): Promise<User> {
    const person = await store.users.get(id);
    const standings = person === null ? [] : await store.everyTeam(() => store.users.standings(id));
    if (person === null || !standings.some(({ teamId }) => teamId === teamOf(actor)))
      throw new DomainError('NOT_FOUND', 'There is no such person in the team.');
    return person;
  }

  /** `elsewhere`: how many other teams know the person; those that are deleted may come back and count too. */
  function refusalOf(actor: Actor, id: string, elsewhere: number): string | null {
    if (personOf(actor) === id) return 'Nobody erases themselves: another admin has to.';
    if (elsewhere === 0) return null;
    return `Also known to ${elsewhere === 1 ? 'another team' : `${elsewhere} other teams`}: has to be removed there first.`;
  }

  async function exported(actor: Actor, person: User, own: boolean): Promise<PersonExport> {
    const teamId = teamOf(actor);
    // Of oneself one gets all of it; an admin what there is in the team.
    return store.everyTeam(async () => {
      const known = (await store.users.standings(person.id)).filter((one) => own || one.teamId === teamId);
      await store.audit.append({ teamId, actor, action: 'person.exported', subject: { kind: 'user', id: person.id } });
      const teams = await Promise.all(known.map(async (one) => ({ ...one, team: await store.teams.get(one.teamId) })));
      const teamIds = known.map((one) => one.teamId);
      return {
        format: 'orchestrator person 1',
        exportedAt: clock().toISOString(),
        person: { id: person.id, name: person.name, email: person.email },
        teams: teams.map(({ team, role }) => ({ slug: team?.slug ?? '', name: team?.name ?? '', role })),
        ...(await store.persons.collect(person.id, teamIds)),
      };
    });
  }

  return {
    /** Who is in the team, by name. */
    async list(actor: Actor): Promise<TeamPerson[]> {
      authorize(actor, 'member.manage');
      const people = await store.everyTeam(() => store.persons.ofTeam(teamOf(actor)));
      return people.map(({ elsewhere, ...person }) => ({
        ...person,
        refusal: refusalOf(actor, person.id, elsewhere),
      }));
    },

    /** What is kept of oneself, in every team. */
    async exportOwn(actor: Actor): Promise<PersonExport> {
      const id = actor.kind === 'user' ? actor.id : null;
      const person = id === null ? null : await store.users.get(id);
      if (person === null) throw new DomainError('FORBIDDEN', 'Only a person who is signed in has data of their own.');
      return exported(actor, person, true);
    },

    /** What is kept of a person of the team, in this team. */
    async exportOf(actor: Actor, id: string): Promise<PersonExport> {
      authorize(actor, 'member.manage');
      return exported(actor, await member(actor, id), false);
    },

    /**
     * Erases a person of this team alone: what they made stays and is a former member's; the audit keeps their id, which
     * nobody can turn into a name any more. INVALID unless their address is typed.
     */
    async erase(actor: Actor, id: string, confirmation: string): Promise<void> {
      authorize(actor, 'member.manage');
      const person = await member(actor, id);
      if (confirmation.trim().toLowerCase() !== person.email)
        throw invalid([{ path: 'confirmation', message: `Type ${person.email} to confirm` }]);
      const teamId = teamOf(actor);
      // What they did may stand in other teams' records of former days too.
      await store.everyTeam(() =>
        store.transaction(async (tx) => {
          // As whoever changes or removes a member does: of two who do it at once the second sees what the first left.
          await tx.teams.lock(teamId);
          refuseLastAdmin(await tx.members.activeAdmins(teamId), id);
          const elsewhere = (await tx.users.standings(id)).filter((one) => one.teamId !== teamId).length;
          const refusal = refusalOf(actor, id, elsewhere);
          if (refusal !== null) throw new DomainError('CONFLICT', refusal);
          await tx.persons.erase(id, { email: `erased-${id}@invalid`, name: formerName(id) });
          await tx.audit.append({ teamId, actor, action: 'person.erased', subject: { kind: 'user', id } });
        }),
      );
      recheck(id);
    },
  };
}
