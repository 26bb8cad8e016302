import { type Actor, authorize, personOf } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { mostViews, sessionViewInput } from '../domain/session-view.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';
import type { SavedView } from './view-port.ts';

/** A saved view with how many sessions it shows now. */
export interface CountedView extends SavedView {
  count: number;
}

/** Views of the list of sessions that a person keeps for themselves; to share one, share its address. */
export function createViews(deps: Pick<Deps, 'store' | 'secrets'>) {
  const { store, secrets } = deps;

  function whose(actor: Actor): { teamId: string; userId: string } {
    const teamId = teamOf(actor);
    authorize(actor, 'read', { teamId, resource: 'sessions' });
    const userId = personOf(actor);
    if (userId === null) throw new DomainError('FORBIDDEN', 'Only a person keeps views.');
    return { teamId, userId };
  }

  return {
    async list(actor: Actor): Promise<CountedView[]> {
      const { teamId, userId } = whose(actor);
      const views = await store.views.list(teamId, userId);
      return Promise.all(
        views.map(async (view) => ({ ...view, count: await store.sessions.count(teamId, view.filter) })),
      );
    },

    /** Under a name that is taken it replaces what that name showed. */
    async save(actor: Actor, raw: unknown): Promise<SavedView> {
      const { teamId, userId } = whose(actor);
      const parsed = sessionViewInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { name, filter } = parsed.data;
      return store.transaction(async (tx) => {
        const kept = await tx.views.list(teamId, userId);
        if (kept.length >= mostViews && !kept.some((view) => view.name === name))
          throw invalid([{ path: 'name', message: `You keep ${mostViews} views, the most there can be; remove one.` }]);
        const saved = await tx.views.save({ id: secrets.uuid(), teamId, userId, name, filter });
        const subject = { kind: 'view', id: saved.id };
        await tx.audit.append({ teamId, actor, action: 'view.save', subject, after: { name, filter } });
        return saved;
      });
    },

    async remove(actor: Actor, id: string): Promise<void> {
      const { teamId, userId } = whose(actor);
      await store.transaction(async (tx) => {
        const { name, filter } = await tx.views.remove(teamId, userId, id);
        const subject = { kind: 'view', id };
        await tx.audit.append({ teamId, actor, action: 'view.remove', subject, before: { name, filter } });
      });
    },
  };
}
