import { and, asc, eq } from 'drizzle-orm';
import { sessionWork } from '../../../db/schema/session-work.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';

export function createSessionWork(handle: Handle): Aggregates['sessionWork'] {
  return {
    async commits(sessionId) {
      const rows = await handle.db
        .select({ commit: sessionWork.commit })
        .from(sessionWork)
        .where(eq(sessionWork.sessionId, sessionId))
        .orderBy(asc(sessionWork.id));
      return rows.map(({ commit }) => commit);
    },

    async put(sessionId, commit, bundle) {
      await handle.db.insert(sessionWork).values({ sessionId, commit, bundle }).onConflictDoNothing();
    },

    async get(sessionId, commit) {
      const [row] = await handle.db
        .select({ bundle: sessionWork.bundle })
        .from(sessionWork)
        .where(and(eq(sessionWork.sessionId, sessionId), eq(sessionWork.commit, commit)));
      return row?.bundle ?? null;
    },
  };
}
