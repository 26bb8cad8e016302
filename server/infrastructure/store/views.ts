import { and, asc, eq } from 'drizzle-orm';
import { savedViews } from '../../../db/schema/views.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { isId, storable } from './rows.ts';

export function createViews(handle: Handle): Aggregates['views'] {
  return {
    list: (teamId, userId) =>
      handle.db
        .select()
        .from(savedViews)
        .where(and(eq(savedViews.teamId, teamId), eq(savedViews.userId, userId)))
        .orderBy(asc(savedViews.name), asc(savedViews.id)),

    async save(view) {
      const [row] = await handle.db
        .insert(savedViews)
        .values(storable(view))
        .onConflictDoUpdate({
          target: [savedViews.teamId, savedViews.userId, savedViews.name],
          set: { filter: storable(view).filter },
        })
        .returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The view was not stored');
      return row;
    },

    async remove(teamId, userId, id) {
      const [row] = isId(id)
        ? await handle.db
            .delete(savedViews)
            .where(and(eq(savedViews.id, id), eq(savedViews.teamId, teamId), eq(savedViews.userId, userId)))
            .returning()
        : [];
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such view of yours');
      return row;
    },
  };
}
