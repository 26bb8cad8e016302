import { DomainError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import type { Carrier } from './carrier.ts';

/** For so long a deleted team can be brought back. */
export const teamUndoDays = 30;

/** Deletes a team: nobody is in it any more, and for 30 days nothing of it is lost. */
export function createTeamDelete(deps: Pick<Deps, 'recheck'>): Carrier {
  return {
    // Whether there is another team to sign in to.
    spansTeams: true,

    async facts(from, { team }) {
      const { status } = await from.sessions.counts(team.id);
      const of = (...names: (keyof typeof status)[]) => names.reduce((sum, name) => sum + (status[name] ?? 0), 0);
      const all = Object.values(status).reduce((sum, number) => sum + number, 0);
      const tokens = (await from.tokens.listFor(team.id, null)).length;
      return [
        { key: 'executing', count: of('running', 'degraded'), items: [] },
        { key: 'waiting', count: of('pending', 'queued', 'paused'), items: [] },
        { key: 'sessions', count: all, items: [] },
        { key: 'people', count: (await from.members.list(team.id)).length, items: [] },
        { key: 'tokens', count: tokens, items: [] },
      ];
    },

    assertPossible({ team }) {
      if (team.deletedAt !== null) throw new DomainError('CONFLICT', 'The team is deleted already.');
    },

    async carryOut(tx, { team }, { now }) {
      const { status } = await tx.sessions.counts(team.id);
      const active = (['pending', 'queued', 'running', 'paused', 'degraded'] as const).reduce(
        (sum, name) => sum + (status[name] ?? 0),
        0,
      );
      if (active > 0)
        throw new DomainError('CONFLICT', `${active} sessions of the team are not over: stop or cancel them first.`, {
          details: { active },
        });
      if (!(await tx.teams.list()).some(({ id, active: living }) => living && id !== team.id))
        throw new DomainError('CONFLICT', 'It is the only team here: nobody could sign in any more.');
      const people = await tx.members.list(team.id);
      const services = (await tx.tokens.listFor(team.id, null)).filter(({ userId }) => userId === null);
      await tx.teams.setDeleted(team.id, now);
      return {
        action: 'team.delete',
        before: { active: true },
        after: { active: false, undoDays: teamUndoDays },
        // What they have open shows a team that is no more.
        afterwards: async () => {
          for (const { id } of [...people, ...services]) deps.recheck(id);
        },
      };
    },
  };
}
