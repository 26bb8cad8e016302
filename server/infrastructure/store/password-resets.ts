import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { passwordResets } from '../../../db/schema/people.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';

const open = () => and(isNull(passwordResets.usedAt), gt(passwordResets.expiresAt, sql`clock_timestamp()`));

export function createPasswordResets(handle: Handle): Aggregates['passwordResets'] {
  async function revokeFor(userId: string): Promise<void> {
    await handle.db
      .update(passwordResets)
      .set({ usedAt: sql`clock_timestamp()` })
      .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)));
  }

  return {
    revokeFor,

    async create(reset) {
      await revokeFor(reset.userId);
      await handle.db.insert(passwordResets).values(reset);
    },

    async byTokenHash(hash) {
      const [row] = await handle.db
        .select()
        .from(passwordResets)
        .where(and(eq(passwordResets.tokenHash, hash), open()));
      if (row === undefined) return null;
      const { id, teamId, userId, createdBy, expiresAt } = row;
      return { id, teamId, userId, createdBy, expiresAt };
    },

    async use(id) {
      const used = await handle.db
        .update(passwordResets)
        .set({ usedAt: sql`clock_timestamp()` })
        .where(and(eq(passwordResets.id, id), open()))
        .returning({ id: passwordResets.id });
      return used.length === 1;
    },
  };
}
