import type { UserActor } from '../../domain/actor.ts';
import { invalid } from '../../domain/errors.ts';
import { type LoginMethod, loginCookie } from '../../domain/login.ts';
import { secondStepSeconds } from '../../domain/second-factor.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import type { Membership, User } from '../team-port.ts';

/** Where a sign-in comes from. */
export interface Client {
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SignedIn {
  token: string;
  expiresAt: Date;
  actor: UserActor;
}

/** The password was right and a code is still to come: what the code's page must bring back. */
export interface SecondStep {
  second: string;
  expiresAt: Date;
}

export function actorOf(user: User, { teamId, role }: Pick<Membership, 'teamId' | 'role'>): UserActor {
  return { kind: 'user', id: user.id, teamId, role, name: user.name, email: user.email };
}

/** A login with a token of its own, whatever the browser brought: nothing it had before is made more than it was. */
export async function openLogin(
  deps: Pick<Deps, 'secrets' | 'clock'>,
  tx: Tx,
  user: User,
  membership: Pick<Membership, 'teamId' | 'role'>,
  client: Client,
  method: LoginMethod = 'password',
): Promise<SignedIn> {
  const { secrets } = deps;
  const token = secrets.random(32);
  const expiresAt = new Date(deps.clock().getTime() + loginCookie.absoluteSeconds * 1000);
  await tx.logins.create({
    id: secrets.uuid(),
    userId: user.id,
    teamId: membership.teamId,
    tokenHash: secrets.sha256(token),
    method,
    ...client,
    expiresAt,
  });
  return { token, expiresAt, actor: actorOf(user, membership) };
}

/** The same, with the sign-in in the record. */
export async function signIn(
  deps: Pick<Deps, 'secrets' | 'clock'>,
  tx: Tx,
  user: User,
  membership: Pick<Membership, 'teamId' | 'role'>,
  client: Client,
  method: LoginMethod = 'password',
): Promise<SignedIn> {
  const signedIn = await openLogin(deps, tx, user, membership, client, method);
  await tx.audit.append({
    teamId: membership.teamId,
    actor: signedIn.actor,
    action: 'login.succeeded',
    subject: { kind: 'user', id: user.id },
    after: { method },
  });
  return signedIn;
}

const secondPlace = 'login.second';

interface Pending {
  readonly userId: string;
  readonly teamId: string;
  readonly until: number;
  /** Of the password that was right: a new one ends what waits. */
  readonly proof: string;
}

const proofOf = (deps: Pick<Deps, 'secrets'>, user: User) => deps.secrets.sha256(user.passwordHash ?? '').slice(0, 16);

/** What the browser keeps between password and code: sealed, so that only this program can have made it. */
export function secondStep(
  deps: Pick<Deps, 'secrets' | 'clock' | 'encryption'>,
  user: User,
  teamId: string,
): SecondStep {
  const until = deps.clock().getTime() + secondStepSeconds * 1000;
  const pending: Pending = { userId: user.id, teamId, until, proof: proofOf(deps, user) };
  return { second: deps.encryption.seal(JSON.stringify(pending), secondPlace), expiresAt: new Date(until) };
}

/** Who waits for a code; null when it took too long, or it is none of ours. */
export async function pendingOf(
  deps: Pick<Deps, 'store' | 'secrets' | 'clock' | 'encryption'>,
  second: string | null,
): Promise<{ user: User; teamId: string } | null> {
  if (second === null) return null;
  let pending: Pending;
  try {
    pending = JSON.parse(deps.encryption.open(second, secondPlace)) as Pending;
  } catch {
    // Changed, of another key or no sealed text at all: it is not ours, and a fresh sign-in makes one that is.
    return null;
  }
  if (pending.until <= deps.clock().getTime()) return null;
  const user = await deps.store.users.get(pending.userId);
  if (user === null || user.disabledAt !== null || proofOf(deps, user) !== pending.proof) return null;
  return { user, teamId: pending.teamId };
}

/** The hash of a password that may be one. */
export async function newHash({ secrets }: Pick<Deps, 'secrets'>, password: string): Promise<string> {
  if (secrets.isCommonPassword(password)) {
    throw invalid([{ path: 'password', message: 'That password is one of the most common ones; choose another.' }]);
  }
  return secrets.hashPassword(password);
}
