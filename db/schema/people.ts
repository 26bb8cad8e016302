import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { LoginMethod } from '../../server/domain/login.ts';
import { at, createdAt, id, texts, version } from './columns.ts';
import { role } from './enums.ts';
import { teams } from './teams.ts';

export const users = pgTable('users', {
  id: id(),
  /** Stored lower-case. */
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  passwordHash: text('password_hash'),
  disabledAt: at('disabled_at'),
  createdAt: createdAt(),
});

export const memberships = pgTable(
  'memberships',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    role: role('role').notNull(),
    createdAt: createdAt(),
    /** Null while an invitation waits to be accepted: until then it is good for nothing. */
    acceptedAt: at('accepted_at').defaultNow(),
    /** Since when an admin keeps this person out of the team. */
    disabledAt: at('disabled_at'),
    version: version(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.userId] }), index().on(t.userId)],
);

/** One-use links, kept as hashes: whoever holds an open one joins as its user. */
export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    role: role('role').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    acceptedAt: at('accepted_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index().on(t.teamId), index().on(t.userId)],
);

/** One-use links by which somebody sets a new password; the team is where the admin who made it acted. */
export const passwordResets = pgTable(
  'password_resets',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    tokenHash: text('token_hash').notNull().unique(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
  },
  (t) => [index().on(t.userId)],
);

/** The second factor of a person; until it is confirmed it is asked of nobody. */
export const secondFactors = pgTable('second_factors', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** Sealed. */
  secret: text('secret').notNull(),
  createdAt: createdAt(),
  confirmedAt: at('confirmed_at'),
  /** The time step of the last code that was taken: it and those before are good no more. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
});

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    codeHash: text('code_hash').notNull(),
    usedAt: at('used_at'),
  },
  (t) => [primaryKey({ columns: [t.userId, t.codeHash] })],
);

/** Who somebody is at an identity provider. */
export const externalIdentities = pgTable(
  'external_identities',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index().on(t.userId)],
);

export const loginSessions = pgTable(
  'login_sessions',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    tokenHash: text('token_hash').notNull().unique(),
    /** How it was opened. */
    method: text('method').$type<LoginMethod>().notNull().default('password'),
    userAgent: text('user_agent'),
    address: text('address'),
    createdAt: createdAt(),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
    provenAt: at('proven_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index().on(t.userId)],
);

export const apiTokens = pgTable(
  'api_tokens',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    /** Whose it is; null: a service's, which belongs to the team. */
    userId: uuid('user_id').references(() => users.id),
    /** Of a service's token; a person's has the role its person has. */
    role: role('role'),
    /** Who made it. */
    createdBy: uuid('created_by').references(() => users.id),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    /** The secret before the last rotation, good until `previousUntil`. */
    previousHash: text('previous_hash').unique(),
    previousPrefix: text('previous_prefix'),
    previousUntil: at('previous_until'),
    rotatedAt: at('rotated_at'),
    scopes: texts('scopes'),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.teamId)],
);
