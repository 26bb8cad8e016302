import type { UserActor } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { codeInput, isTimeCode, recoveryCodeCount, recoveryCodeOf } from '../../domain/second-factor.ts';
import type { Deps } from '../deps.ts';
import { refuseWhenLimited } from '../limited.ts';
import type { Tx } from '../store-port.ts';
import { type Client, pendingOf, type SignedIn, signIn } from './open-login.ts';

export interface SecondFactorState {
  on: boolean;
  since: Date | null;
  codesLeft: number;
  /** The team of this login wants one. */
  required: boolean;
}

/** What an app is given while the factor is being set up. */
export interface Enrolment {
  secret: string;
  address: string;
  picture: { size: number; path: string };
}

const place = (userId: string) => `second_factors.secret:${userId}`;

/** The second factor of a person: set up, asked for, replaced, taken off (access.md, Sign-in). */
export function createSecondFactor(deps: Deps) {
  const { store, secrets, encryption, timeCodes, limiter } = deps;
  const hashOf = (userId: string, code: string) => secrets.sha256(`${userId}:${code}`);
  const newCodes = () =>
    Array.from({ length: recoveryCodeCount }, () => recoveryCodeOf(Buffer.from(secrets.random(10), 'base64url')));

  return {
    async secondFactor(actor: UserActor): Promise<SecondFactorState> {
      const factor = await store.secondFactors.get(actor.id);
      const since = factor?.confirmedAt ?? null;
      const codesLeft = since === null ? 0 : await store.secondFactors.codesLeft(actor.id);
      const required = (await store.teams.get(actor.teamId))?.twoFactorRequired ?? false;
      return { on: since !== null, since, codesLeft, required };
    },

    /** The secret of a factor that was begun and not confirmed, for the page that shows it; null otherwise. */
    async enrolment(actor: UserActor): Promise<Enrolment | null> {
      const factor = await store.secondFactors.get(actor.id);
      if (factor === null || factor.confirmedAt !== null) return null;
      const secret = encryption.open(factor.secret, place(actor.id));
      const address = timeCodes.address(secret, actor.email);
      return { secret, address, picture: timeCodes.picture(address) };
    },

    /** A new secret; until a code of it was shown, nothing is asked of anybody. CONFLICT when a factor is on. */
    async beginSecondFactor(actor: UserActor): Promise<void> {
      await store.secondFactors.begin(actor.id, encryption.seal(timeCodes.secret(), place(actor.id)));
    },

    /** Turns it on by the first code, ends the other logins, and answers the recovery codes: here and never again. */
    async confirmSecondFactor(actor: UserActor, loginId: string, raw: unknown): Promise<string[]> {
      const { code } = codeOf(raw);
      const keys = [`second:${actor.id}`];
      await refuseWhenLimited(limiter, keys);
      const codes = newCodes();
      await store.transaction(async (tx) => {
        const factor = await tx.secondFactors.get(actor.id);
        if (factor === null) throw new DomainError('CONFLICT', 'Begin anew: there is no secret to confirm.');
        if (!(await taken(tx, actor.id, code, false))) throw wrongCode();
        await tx.secondFactors.confirm(
          actor.id,
          codes.map((one) => hashOf(actor.id, one)),
        );
        await tx.logins.revokeOthers(actor.id, loginId);
        await record(tx, actor, 'second_factor.turned_on');
      });
      await limiter.clear(keys);
      deps.recheck(actor.id);
      return codes;
    },

    /** New recovery codes; those before are good no more. */
    async renewRecoveryCodes(actor: UserActor): Promise<string[]> {
      const factor = await store.secondFactors.get(actor.id);
      if (factor === null || factor.confirmedAt === null)
        throw new DomainError('CONFLICT', 'There is no second factor to recover.');
      const codes = newCodes();
      await store.transaction(async (tx) => {
        await tx.secondFactors.replaceCodes(
          actor.id,
          codes.map((one) => hashOf(actor.id, one)),
        );
        await record(tx, actor, 'second_factor.codes_renewed');
      });
      return codes;
    },

    turnOffRefusal,

    /** CONFLICT where one of the person's teams wants it. */
    async turnOffSecondFactor(actor: UserActor): Promise<void> {
      const why = await turnOffRefusal(actor);
      if (why !== null) throw new DomainError('CONFLICT', why);
      await store.transaction(async (tx) => {
        await tx.secondFactors.remove(actor.id);
        await record(tx, actor, 'second_factor.turned_off');
      });
    },

    /** The second step of a sign-in: a code by time, or a recovery code, which is used up by it. */
    async loginWithCode(second: string | null, raw: unknown, client: Client): Promise<SignedIn> {
      const { code } = codeOf(raw);
      const pending = await pendingOf(deps, second);
      if (pending === null) throw new DomainError('UNAUTHENTICATED', 'That took too long; sign in again.');
      const { user, teamId } = pending;
      const keys = [`second:${user.id}`, `address:${client.address ?? 'unknown'}`];
      await refuseWhenLimited(limiter, keys);
      const membership = (await store.users.memberships(user.id)).find((one) => one.teamId === teamId);
      if (membership === undefined) throw new DomainError('UNAUTHENTICATED', 'That took too long; sign in again.');
      const signedIn = await store.transaction(async (tx) => {
        if (await taken(tx, user.id, code, true)) return signIn(deps, tx, user, membership, client);
        await tx.audit.append({
          teamId,
          actor: { kind: 'system', teamId, name: 'sign-in' },
          action: 'login.failed',
          subject: { kind: 'user', id: user.id },
          after: { step: 'code' },
        });
        return null;
      });
      if (signedIn === null) throw wrongCode();
      await limiter.clear(keys.slice(0, 1));
      await limiter.refund(keys.slice(1));
      return signedIn;
    },

    /** Whether a password's sign-in still waits for its code. */
    async awaitsCode(second: string | null): Promise<boolean> {
      return (await pendingOf(deps, second)) !== null;
    },
  };

  /** Why it has to stay on; null when it may go. */
  async function turnOffRefusal(actor: UserActor): Promise<string | null> {
    const wanting = (await store.users.memberships(actor.id)).find((one) => one.twoFactorRequired);
    return wanting === undefined ? null : `The team ${wanting.teamName} requires a second factor of its members.`;
  }

  /** Takes the code, once: neither kind is good a second time. */
  async function taken(tx: Tx, userId: string, code: string, recovery: boolean): Promise<boolean> {
    if (!isTimeCode(code)) return recovery && (await tx.secondFactors.takeCode(userId, hashOf(userId, code)));
    const factor = await tx.secondFactors.get(userId);
    if (factor === null) return false;
    const step = timeCodes.stepOf(encryption.open(factor.secret, place(userId)), code, deps.clock());
    return step !== null && (await tx.secondFactors.takeStep(userId, step));
  }

  function record(tx: Tx, actor: UserActor, action: string): Promise<void> {
    return tx.audit.append({ teamId: actor.teamId, actor, action, subject: { kind: 'user', id: actor.id } });
  }
}

function codeOf(raw: unknown): { code: string } {
  const parsed = codeInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  return parsed.data;
}

const wrongCode = () =>
  invalid([{ path: 'code', message: 'That code is not right, or was used already. Codes change every 30 s.' }]);
