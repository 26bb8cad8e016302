/** The store's verbs for teams, people, tokens and repositories; its promises stand in `store-port.ts`. */
import type { Role } from '../domain/actor.ts';
import type { LoginMethod } from '../domain/login.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

export interface PageRequest {
  cursor?: string | undefined;
  limit: number;
}

export interface Team {
  id: string;
  name: string;
  slug: string;
  active: boolean;
  maxActiveSessions: number;
  tokensPerMonth: number;
  maxParallelAttempts: number;
  twoFactorRequired: boolean;
  openRegistration: boolean;
  selfApprovalForbidden: boolean;
  /** The tokens of `raisedMonth` in place of `tokensPerMonth`. */
  raisedTokens: number | null;
  raisedMonth: string | null;
  deletedAt: Date | null;
  version: number;
  createdAt: Date;
}

export interface User {
  id: string;
  email: string;
  name: string;
  passwordHash: string | null;
  disabledAt: Date | null;
  createdAt: Date;
}

export interface Membership {
  teamId: string;
  userId: string;
  role: Role;
}

export interface TeamMembership extends Membership {
  teamName: string;
  teamSlug: string;
  twoFactorRequired: boolean;
}

export interface LoginSession {
  id: string;
  userId: string;
  teamId: string;
  method: LoginMethod;
  userAgent: string | null;
  address: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  /** When the person last proved who they are: by signing in, or by their password since. */
  provenAt: Date;
}

export interface ApiToken {
  id: string;
  teamId: string;
  /** Whose it is; null: a service's, which belongs to the team. */
  userId: string | null;
  /** Of a service's token. */
  role: Role | null;
  createdBy: string | null;
  name: string;
  prefix: string;
  /** The secret before the last rotation still works until then. */
  previousPrefix: string | null;
  previousUntil: Date | null;
  rotatedAt: Date | null;
  scopes: string[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
}

/** A token with the names a list shows. */
export type ListedToken = ApiToken & { ownerName: string | null; createdByName: string | null };

export interface Repository {
  id: string;
  teamId: string;
  version: number;
  name: string;
  source: string;
  kind: 'path' | 'url';
  baseBranch: string;
  setup: string[];
  verify: string[];
  createdBy: string | null;
  createdAt: Date;
}

export interface TeamStore {
  create(team: { id: string; name: string; slug: string }): Promise<Team>;
  get(id: string): Promise<Team | null>;
  /** Takes the team's row lock: quota and running numbers are judged under it. */
  lock(id: string): Promise<Team>;
  /** Next running number of the team; call under `lock`. */
  nextSessionNumber(id: string): Promise<number>;
  list(): Promise<Team[]>;
  /** Guarded by the version when given; version + 1. */
  update(
    id: string,
    patch: Partial<
      Pick<
        Team,
        | 'name'
        | 'maxActiveSessions'
        | 'tokensPerMonth'
        | 'maxParallelAttempts'
        | 'twoFactorRequired'
        | 'openRegistration'
        | 'selfApprovalForbidden'
      >
    >,
    version?: number,
  ): Promise<Team>;
  slugTaken(slug: string): Promise<boolean>;
  /** The tokens of one month, in place of the ordinary limit; for that month only. */
  raiseMonth(id: string, month: string, tokens: number): Promise<Team>;
  /** Soft: it is inactive from then on, and nothing of it is lost; null takes it back. */
  setDeleted(id: string, at: Date | null): Promise<Team>;
  /** Teams deleted in the last `days` of which this user is an admin. */
  deletedOf(userId: string, days: number): Promise<Team[]>;
}

export interface UserStore {
  count(): Promise<number>;
  /** Lets no other transaction add a user until this one ends: whether there is one is judged under it. */
  lockAll(): Promise<void>;
  create(user: { id: string; email: string; name: string; passwordHash: string | null }): Promise<User>;
  get(id: string): Promise<User | null>;
  byEmail(email: string): Promise<User | null>;
  addMembership(membership: Membership): Promise<void>;
  /** Where this user may act now, the oldest first: accepted, not deactivated, of active teams. */
  memberships(userId: string): Promise<TeamMembership[]>;
  /** Every team that knows this user, invited and deactivated too. */
  standings(userId: string): Promise<Membership[]>;
  setPassword(userId: string, hash: string): Promise<void>;
  /** Nobody signs in to it by a password any more. */
  dropPassword(userId: string): Promise<void>;
  rename(userId: string, name: string): Promise<void>;
}

export interface LoginStore {
  create(login: {
    id: string;
    userId: string;
    teamId: string;
    tokenHash: string;
    method?: LoginMethod;
    userAgent: string | null;
    address: string | null;
    expiresAt: Date;
  }): Promise<void>;
  /** The living login of a token (not revoked, not expired, not idle past `idleSeconds`), touching lastSeenAt at most once a minute. */
  byTokenHash(hash: string, idleSeconds: number): Promise<LoginSession | null>;
  /** The person gave the password again: proven now, by database time. */
  prove(id: string): Promise<void>;
  revoke(id: string): Promise<void>;
  revokeOthers(userId: string, exceptId: string | null): Promise<void>;
  /** The user's logins that stand in this team. */
  revokeInTeam(userId: string, teamId: string, exceptId: string | null): Promise<void>;
  /** Puts a login of this user into another team. */
  moveTo(id: string, userId: string, teamId: string): Promise<void>;
  listFor(userId: string): Promise<LoginSession[]>;
  /** Removes those that ended more than `days` ago; answers how many. */
  prune(days: number): Promise<number>;
}

export interface TokenStore {
  create(
    token: Pick<
      ApiToken,
      'id' | 'teamId' | 'userId' | 'role' | 'createdBy' | 'name' | 'prefix' | 'scopes' | 'expiresAt'
    > & {
      tokenHash: string;
    },
  ): Promise<ApiToken>;
  /** Also by the secret before the last rotation, while it overlaps. */
  byHash(hash: string): Promise<ApiToken | null>;
  /** One person's, or with null the whole team's, each with its people's names. */
  listFor(teamId: string, userId: string | null): Promise<ListedToken[]>;
  /** A new secret; the one there was goes on until `previousUntil`. NOT_FOUND when it is revoked. */
  rotate(
    teamId: string,
    id: string,
    secret: { tokenHash: string; prefix: string; previousUntil: Date },
  ): Promise<ApiToken>;
  get(teamId: string, id: string): Promise<ApiToken | null>;
  revoke(teamId: string, id: string): Promise<void>;
  /** Every living token of this user in this team; answers how many. */
  revokeAllOf(teamId: string, userId: string): Promise<number>;
}

export type RepositoryChoice = Pick<Repository, 'id' | 'name' | 'baseBranch'>;

export interface RepositoryStore {
  create(repository: Omit<Repository, 'version' | 'createdAt'>): Promise<Repository>;
  /** Removed ones only when asked for: their sessions stay readable. */
  get(teamId: string, id: string, options?: { removed?: boolean }): Promise<Repository | null>;
  list(teamId: string, page: PageRequest): Promise<Page<Repository>>;
  /** All of the team by name, to choose one from. */
  choices(teamId: string): Promise<RepositoryChoice[]>;
  /** Of every team, removed ones too: for upkeep. */
  all(): Promise<Repository[]>;
  update(
    teamId: string,
    id: string,
    patch: Partial<Pick<Repository, 'name' | 'baseBranch' | 'setup' | 'verify'>>,
    version?: number,
  ): Promise<Repository>;
  /** CONFLICT while a session on it is active. */
  remove(teamId: string, id: string): Promise<void>;
}
