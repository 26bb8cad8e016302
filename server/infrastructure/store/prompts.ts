import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { prompts } from '../../../db/schema/asks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { InjectedPrompt } from '../../application/work-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

export function createPrompts(handle: Handle): Aggregates['prompts'] {
  const select = (where: ReturnType<typeof and>): Promise<InjectedPrompt[]> =>
    handle.db.select().from(prompts).where(where).orderBy(asc(prompts.createdAt), asc(prompts.id));

  return {
    async insert(prompt) {
      const [row] = await handle.db.insert(prompts).values(storable(prompt)).returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The prompt was not stored');
      return row;
    },
    pending: (sessionId) => select(and(eq(prompts.sessionId, sessionId), isNull(prompts.deliveredAt))),
    all: (sessionId) => select(eq(prompts.sessionId, sessionId)),
    async markDelivered(id, attemptId) {
      await handle.db
        .update(prompts)
        .set({ attemptId, deliveredAt: sql`clock_timestamp()` })
        .where(and(eq(prompts.id, id), isNull(prompts.deliveredAt)));
    },
  };
}
