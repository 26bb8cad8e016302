import { and, asc, eq } from 'drizzle-orm';
import { externalIdentities } from '../../../db/schema/people.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

export function createIdentities(handle: Handle): Aggregates['identities'] {
  return {
    async userOf(issuer, subject) {
      const [row] = await handle.db
        .select({ userId: externalIdentities.userId })
        .from(externalIdentities)
        .where(and(eq(externalIdentities.issuer, storable(issuer)), eq(externalIdentities.subject, storable(subject))));
      return row?.userId ?? null;
    },

    async link(identity) {
      await handle.db.insert(externalIdentities).values(storable(identity));
    },

    async listFor(userId) {
      return handle.db
        .select({
          issuer: externalIdentities.issuer,
          subject: externalIdentities.subject,
          createdAt: externalIdentities.createdAt,
        })
        .from(externalIdentities)
        .where(eq(externalIdentities.userId, userId))
        .orderBy(asc(externalIdentities.createdAt));
    },
  };
}
