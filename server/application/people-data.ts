import { type Actor, authorize, personOf } from '../domain/actor.ts';
import { DomainError, invalid } from '../domain/errors.ts';
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
export const formerName = (id: string): string => `Former member ${id.slice(0, 8)}`;

/** Export and erasure of what is kept of people (access.md, Data care). */
export function createPeopleData(deps: Pick<Deps, 'store' | 'clock' | 'recheck'>) {
  const { store, clock, recheck } = deps;

  async function member(actor: Actor, id: string): Promise<User> {
    const person = await store.users.get(id);
    const memberships = person === null ? [] : await store.everyTeam(() => store.users.memberships(id));
    if (person === null || !memberships.some(({ teamId }) => teamId === teamOf(actor)))
      throw new DomainError('NOT_FOUND', 'There is no such person in the team.');
    return person;
  }

  async function refusalOf(actor: Actor, id: string): Promise<string | null> {
    if (personOf(actor) === id) return 'Nobody erases themselves: another admin has to.';
    const memberships = await store.everyTeam(() => store.users.memberships(id));
    const elsewhere = memberships.filter(({ teamId }) => teamId !== teamOf(actor));
    if (elsewhere.length === 0) return null;
    return `Also a member of ${elsewhere.length === 1 ? 'another team' : `${elsewhere.length} other teams`}: has to be removed there first.`;
  }

  async function exported(actor: Actor, person: User, own: boolean): Promise<PersonExport> {
    const teamId = teamOf(actor);
    // Of oneself one gets all of it; an admin what there is in the team.
    return store.everyTeam(async () => {
      const memberships = (await store.users.memberships(person.id)).filter((one) => own || one.teamId === teamId);
      await store.audit.append({ teamId, actor, action: 'person.exported', subject: { kind: 'user', id: person.id } });
      const teamIds = memberships.map((one) => one.teamId);
      return {
        format: 'orchestrator person 1',
        exportedAt: clock().toISOString(),
        person: { id: person.id, name: person.name, email: person.email },
        teams: memberships.map(({ teamSlug, teamName, role }) => ({ slug: teamSlug, name: teamName, role })),
        ...(await store.persons.collect(person.id, teamIds)),
      };
    });
  }

  return {
    /** Who is in the team, by name. */
    async list(actor: Actor): Promise<TeamPerson[]> {
      authorize(actor, 'member.manage');
      const people = await store.persons.ofTeam(teamOf(actor));
      return Promise.all(
        people.map(async ({ id, name, email, role }) => ({
          id,
          name,
          email,
          role,
          refusal: await refusalOf(actor, id),
        })),
      );
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
      const refusal = await refusalOf(actor, id);
      if (refusal !== null) throw new DomainError('CONFLICT', refusal);
      if (confirmation.trim().toLowerCase() !== person.email)
        throw invalid([{ path: 'confirmation', message: `Type ${person.email} to confirm` }]);
      const teamId = teamOf(actor);
      // What they did may stand in other teams' records of former days too.
      await store.everyTeam(() =>
        store.transaction(async (tx) => {
          await tx.persons.erase(id, { email: `erased-${id}@invalid`, name: formerName(id) });
          await tx.audit.append({ teamId, actor, action: 'person.erased', subject: { kind: 'user', id } });
        }),
      );
      recheck(id);
    },
  };
}
