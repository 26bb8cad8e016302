import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { recoveryCodes, secondFactors } from '../../../db/schema/people.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { isId } from './rows.ts';

export function createSecondFactors(handle: Handle): Aggregates['secondFactors'] {
  async function replaceCodes(tx: Handle, userId: string, hashes: readonly string[]): Promise<void> {
    await tx.db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
    if (hashes.length > 0) await tx.db.insert(recoveryCodes).values(hashes.map((codeHash) => ({ userId, codeHash })));
  }

  return {
    async get(userId) {
      if (!isId(userId)) return null;
      const [row] = await handle.db.select().from(secondFactors).where(eq(secondFactors.userId, userId));
      if (row === undefined) return null;
      const { secret, confirmedAt, lastStep } = row;
      return { userId, secret, confirmedAt, lastStep };
    },

    async begin(userId, secret) {
      const rows =
        await handle.rows(sql`insert into second_factors (user_id, secret) values (${userId}::uuid, ${secret})
        on conflict (user_id) do update set secret = excluded.secret, created_at = clock_timestamp(), last_step = 0
        where second_factors.confirmed_at is null returning 1`);
      if (rows.length === 0) throw new DomainError('CONFLICT', 'A second factor is on already');
    },

    confirm: (userId, codeHashes) =>
      handle.atomically(async (tx) => {
        const confirmed = await tx.db
          .update(secondFactors)
          .set({ confirmedAt: sql`clock_timestamp()` })
          .where(and(eq(secondFactors.userId, userId), isNull(secondFactors.confirmedAt)))
          .returning({ userId: secondFactors.userId });
        if (confirmed.length === 0) throw new DomainError('CONFLICT', 'A second factor is on already');
        await replaceCodes(tx, userId, codeHashes);
      }),

    async takeStep(userId, step) {
      const taken = await handle.db
        .update(secondFactors)
        .set({ lastStep: step })
        .where(and(eq(secondFactors.userId, userId), lt(secondFactors.lastStep, step)))
        .returning({ userId: secondFactors.userId });
      return taken.length === 1;
    },

    async takeCode(userId, codeHash) {
      const taken = await handle.db
        .update(recoveryCodes)
        .set({ usedAt: sql`clock_timestamp()` })
        .where(
          and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash), isNull(recoveryCodes.usedAt)),
        )
        .returning({ userId: recoveryCodes.userId });
      return taken.length === 1;
    },

    async codesLeft(userId) {
      return handle.db.$count(recoveryCodes, and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
    },

    replaceCodes: (userId, hashes) => handle.atomically((tx) => replaceCodes(tx, userId, hashes)),

    remove: (userId) =>
      handle.atomically(async (tx) => {
        await replaceCodes(tx, userId, []);
        const gone = await tx.db
          .delete(secondFactors)
          .where(eq(secondFactors.userId, userId))
          .returning({ userId: secondFactors.userId });
        if (gone.length === 0) throw new DomainError('NOT_FOUND', 'There is no second factor');
      }),
  };
}
