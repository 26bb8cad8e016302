import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import type { Team } from '../team-port.ts';
import { teamUndoDays } from './team-delete.ts';

/** Bringing a deleted team back: by whoever was its admin, within 30 days, from another of their teams. */
export function createTeamUndo({ store }: Pick<Deps, 'store'>) {
  return {
    /** The deleted teams this person governed and may still bring back. */
    async deleted(actor: Actor): Promise<Team[]> {
      return actor.kind === 'user' ? store.teams.deletedOf(actor.id, teamUndoDays) : [];
    },

    /** NOT_FOUND for a team that is not deleted, deleted for too long, or was not governed by this person. */
    async undelete(actor: Actor, id: string, options: { requestId?: string | undefined } = {}): Promise<Team> {
      // A token belongs to one team, and none of its scopes is about another one.
      if (actor.kind !== 'user') throw new DomainError('FORBIDDEN', 'Only a person who signed in brings a team back.');
      return store.transaction(async (tx) => {
        const found = (await tx.teams.deletedOf(actor.id, teamUndoDays)).find((team) => team.id === id);
        if (found === undefined) throw new DomainError('NOT_FOUND', 'There is no deleted team of yours to bring back.');
        await tx.teams.lock(id);
        const team = await tx.teams.setDeleted(id, null);
        await tx.audit.append({
          teamId: id,
          actor,
          action: 'team.undelete',
          subject: { kind: 'team', id },
          before: { active: false },
          after: { active: true },
          requestId: options.requestId,
        });
        return team;
      });
    },
  };
}
