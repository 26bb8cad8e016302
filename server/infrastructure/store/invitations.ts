import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { invitations } from '../../../db/schema/people.ts';
import type { Invitation } from '../../application/people-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';

const unused = () => and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));
const open = () => and(unused(), gt(invitations.expiresAt, sql`clock_timestamp()`));

export function createInvitations(handle: Handle): Aggregates['invitations'] {
  return {
    async create(invitation) {
      const [row] = await handle.db.insert(invitations).values(invitation).returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The invitation was not stored');
      return invitationOf(row);
    },

    async byTokenHash(hash) {
      const [row] = await handle.db
        .select()
        .from(invitations)
        .where(and(eq(invitations.tokenHash, hash), open()));
      return row === undefined ? null : invitationOf(row);
    },

    async use(id) {
      const used = await handle.db
        .update(invitations)
        .set({ acceptedAt: sql`clock_timestamp()` })
        .where(and(eq(invitations.id, id), open()))
        .returning({ id: invitations.id });
      return used.length === 1;
    },

    async revokeFor(teamId, userId) {
      await handle.db
        .update(invitations)
        .set({ revokedAt: sql`clock_timestamp()` })
        .where(and(eq(invitations.teamId, teamId), eq(invitations.userId, userId), unused()));
    },

    async openFor(userId) {
      const rows = await handle.db
        .select()
        .from(invitations)
        .where(and(eq(invitations.userId, userId), open()));
      return rows.map(invitationOf);
    },

    async setRole(teamId, userId, role) {
      await handle.db
        .update(invitations)
        .set({ role })
        .where(and(eq(invitations.teamId, teamId), eq(invitations.userId, userId), unused()));
    },

    async pending(teamId) {
      const rows = await handle.db
        .select()
        .from(invitations)
        .where(and(eq(invitations.teamId, teamId), unused()))
        .orderBy(desc(invitations.createdAt), desc(invitations.id));
      return rows.map(invitationOf);
    },
  };
}

function invitationOf(row: typeof invitations.$inferSelect): Invitation {
  const { id, teamId, userId, role, createdBy, createdAt, expiresAt } = row;
  return { id, teamId, userId, role, createdBy, createdAt, expiresAt };
}
