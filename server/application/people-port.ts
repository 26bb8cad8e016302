/** The store's verbs for who belongs to a team and how they prove it; the rest of a team is in `team-port.ts`. */
import type { Role } from '../domain/actor.ts';
import type { MemberState } from '../domain/member.ts';

/** A user as one team sees them. */
export interface Member {
  /** Of the user. */
  id: string;
  teamId: string;
  email: string;
  name: string;
  role: Role;
  state: MemberState;
  /** When a login or a token of theirs was last used in this team; null before the first time. */
  lastSeenAt: Date | null;
  secondFactor: boolean;
  version: number;
  createdAt: Date;
}

export interface MemberStore {
  /** By name. */
  list(teamId: string): Promise<Member[]>;
  get(teamId: string, userId: string): Promise<Member | null>;
  /** Not accepted yet. CONFLICT when the user belongs to the team already. */
  invite(membership: { teamId: string; userId: string; role: Role }): Promise<void>;
  accept(teamId: string, userId: string): Promise<void>;
  /** Guarded by the version when given; version + 1. */
  update(teamId: string, userId: string, patch: { role?: Role; active?: boolean }, version?: number): Promise<void>;
  remove(teamId: string, userId: string): Promise<void>;
  /** Admins who can act: neither invited nor deactivated. Judge it under the team's lock. */
  activeAdmins(teamId: string): Promise<string[]>;
}

export interface Invitation {
  id: string;
  teamId: string;
  userId: string;
  role: Role;
  createdBy: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export interface InvitationStore {
  create(invitation: {
    id: string;
    teamId: string;
    userId: string;
    role: Role;
    tokenHash: string;
    createdBy: string | null;
    expiresAt: Date;
  }): Promise<Invitation>;
  /** The open one of this link: not accepted, not revoked, not expired. */
  byTokenHash(hash: string): Promise<Invitation | null>;
  /** Marks it accepted; false when another did, or it was revoked, or it expired. */
  use(id: string): Promise<boolean>;
  /** Ends the open ones of a member, so that only the newest link is good. */
  revokeFor(teamId: string, userId: string): Promise<void>;
  /** Those a user could accept now. */
  openFor(userId: string): Promise<Invitation[]>;
  /** The role an open one leads to. */
  setRole(teamId: string, userId: string, role: Role): Promise<void>;
  /** Those that were neither accepted nor revoked, the expired included, newest first. */
  pending(teamId: string): Promise<Invitation[]>;
}

export interface PasswordReset {
  id: string;
  teamId: string;
  userId: string;
  expiresAt: Date;
  /** The admin who made it; null: the operator's own command. */
  createdBy: string | null;
}

export interface PasswordResetStore {
  /** Ends the open ones of the user before. */
  create(reset: PasswordReset & { tokenHash: string }): Promise<void>;
  byTokenHash(hash: string): Promise<PasswordReset | null>;
  /** False when another was faster. */
  use(id: string): Promise<boolean>;
  revokeFor(userId: string): Promise<void>;
}

export interface SecondFactor {
  userId: string;
  /** Sealed. */
  secret: string;
  confirmedAt: Date | null;
  lastStep: number;
}

export interface SecondFactorStore {
  get(userId: string): Promise<SecondFactor | null>;
  /** Begins anew; CONFLICT when one is confirmed. */
  begin(userId: string, secret: string): Promise<void>;
  confirm(userId: string, codeHashes: readonly string[]): Promise<void>;
  /** Takes a code's time step; false when it, or a later one, was taken before. */
  takeStep(userId: string, step: number): Promise<boolean>;
  /** Takes a recovery code; false when there is none such, or it was used. */
  takeCode(userId: string, codeHash: string): Promise<boolean>;
  codesLeft(userId: string): Promise<number>;
  replaceCodes(userId: string, codeHashes: readonly string[]): Promise<void>;
  remove(userId: string): Promise<void>;
}

export interface IdentityStore {
  userOf(issuer: string, subject: string): Promise<string | null>;
  link(identity: { issuer: string; subject: string; userId: string }): Promise<void>;
  listFor(userId: string): Promise<{ issuer: string; subject: string; createdAt: Date }[]>;
}
