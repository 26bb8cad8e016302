import { and, asc, count, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { memberships, users } from '../../../db/schema/people.ts';
import { teams } from '../../../db/schema/teams.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { isId, storable } from './rows.ts';

export function createUsers(handle: Handle): Aggregates['users'] {
  return {
    async count() {
      const [row] = await handle.db.select({ number: count() }).from(users);
      return row?.number ?? 0;
    },

    async lockAll() {
      await handle.rows(sql`lock table users in share row exclusive mode`);
    },

    async create(user) {
      const [row] = await handle.db
        .insert(users)
        .values(storable({ ...user, email: user.email.toLowerCase() }))
        .returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The user was not stored');
      return row;
    },

    async get(id) {
      if (!isId(id)) return null;
      const [row] = await handle.db.select().from(users).where(eq(users.id, id));
      return row ?? null;
    },

    async byEmail(email) {
      const [row] = await handle.db
        .select()
        .from(users)
        .where(eq(users.email, storable(email.trim().toLowerCase())));
      return row ?? null;
    },

    async addMembership(membership) {
      await handle.db.insert(memberships).values(membership);
    },

    async memberships(userId) {
      return handle.db
        .select({
          teamId: memberships.teamId,
          userId: memberships.userId,
          role: memberships.role,
          teamName: teams.name,
          teamSlug: teams.slug,
          twoFactorRequired: teams.twoFactorRequired,
        })
        .from(memberships)
        .innerJoin(teams, eq(teams.id, memberships.teamId))
        .where(
          and(
            eq(memberships.userId, userId),
            isNotNull(memberships.acceptedAt),
            isNull(memberships.disabledAt),
            eq(teams.active, true),
          ),
        )
        .orderBy(asc(memberships.createdAt), asc(memberships.teamId));
    },

    async standings(userId) {
      return handle.db
        .select({ teamId: memberships.teamId, userId: memberships.userId, role: memberships.role })
        .from(memberships)
        .where(eq(memberships.userId, userId))
        .orderBy(asc(memberships.createdAt), asc(memberships.teamId));
    },

    async dropPassword(userId) {
      await handle.db.update(users).set({ passwordHash: null }).where(eq(users.id, userId));
    },

    async rename(userId, name) {
      const changed = await handle.db
        .update(users)
        .set({ name: storable(name) })
        .where(eq(users.id, userId))
        .returning({ id: users.id });
      if (changed.length === 0) throw new DomainError('NOT_FOUND', 'There is no such user');
    },

    async setPassword(userId, hash) {
      const changed = await handle.db
        .update(users)
        .set({ passwordHash: hash })
        .where(eq(users.id, userId))
        .returning({ id: users.id });
      if (changed.length === 0) throw new DomainError('NOT_FOUND', 'There is no such user');
    },
  };
}
