import { type Actor, authorize, personOf } from '../../domain/actor.ts';
import {
  type Approval,
  type ApprovalAction,
  type ApprovalStatus,
  approvalKinds,
  approvalRefusal,
  approveInput,
  assertPending,
  type Decider,
  rejectInput,
} from '../../domain/approval.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import type { Lane } from '../engine/lane.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import type { Carried, Carrier, Subject } from './carrier.ts';
import { teamIn } from './request.ts';

export interface DecideOptions {
  requestId?: string | undefined;
}

type Ending = Exclude<ApprovalStatus, 'pending'>;

/** Approving, rejecting, withdrawing and letting expire. Whoever comes second finds it decided: CONFLICT. */
export function createDecisions(deps: Deps, carriers: Record<ApprovalAction, Carrier>) {
  const { store, clock } = deps;

  async function find(actor: Actor, id: string): Promise<Approval> {
    const approval = await store.approvals.get(teamOf(actor), id);
    if (approval === null) throw new DomainError('NOT_FOUND', 'There is no such request.');
    return approval;
  }

  /** The subject's row first, then the approval's, as everybody who takes both does. */
  async function locked(tx: Tx, found: Approval): Promise<{ approval: Approval; subject: Subject }> {
    const session = found.sessionId === null ? null : await tx.sessions.lock(found.sessionId);
    const team = session === null ? await tx.teams.lock(found.teamId) : await teamIn(tx, found.teamId);
    const approval = await tx.approvals.lock(found.id);
    return { approval, subject: { team, session, details: approval.details } };
  }

  async function subjectOf(found: Approval): Promise<Subject> {
    const session = found.sessionId === null ? null : await store.sessions.byId(found.sessionId);
    return { team: await teamIn(store, found.teamId), session, details: found.details };
  }

  async function tell(tx: Tx, actor: Actor, approval: Approval, session: Subject['session']): Promise<void> {
    const { status, decidedBy, requestedBy, note, action } = approval;
    const expired = status === 'expired';
    const event = {
      type: expired ? ('approval.expired' as const) : ('approval.decided' as const),
      actor,
      payload: { approvalId: approval.id, action, decision: status, requestedBy, decidedBy, note },
    };
    if (session === null) await tx.events.appendTeam(approval.teamId, event);
    else await tx.events.append(session.id, [event]);
  }

  /** A decision without an effect. */
  async function end(
    tx: Tx,
    actor: Actor,
    { approval, subject }: { approval: Approval; subject: Subject },
    ending: { status: Ending; note: string | null; requestId?: string | undefined },
  ): Promise<Approval> {
    const { status, note } = ending;
    const ended = await tx.approvals.decide(approval.id, { status, decidedBy: personOf(actor), note });
    await tell(tx, actor, ended, subject.session);
    if (subject.session !== null) await refreshAttention(tx, subject.session.id, actor);
    await tx.audit.append({
      teamId: approval.teamId,
      actor,
      action: `approval.${status}`,
      subject: subjectIn(approval),
      before: { status: 'pending' },
      after: { approvalId: approval.id, action: approval.action, requestedBy: approval.requestedBy },
      ...(note === null ? {} : { reason: note }),
      requestId: ending.requestId,
    });
    return ended;
  }

  async function approve(actor: Actor, id: string, raw: unknown, options: DecideOptions = {}): Promise<Approval> {
    mayDecide(actor);
    const found = await find(actor, id);
    authorize(actor, approvalKinds[found.action].decide, { teamId: found.teamId });
    const parsed = approveInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const { confirmation, note } = parsed.data;
    const carrier = carriers[found.action];
    const work = (lane: Lane | null) =>
      store.transaction(async (tx) => {
        const { approval, subject } = await locked(tx, found);
        const now = clock();
        assertPending(approval, now);
        const decider = await deciderOf({ ...deps, store: tx }, actor, subject);
        const refusal = approvalRefusal(approval, decider, now);
        if (refusal !== null) throw new DomainError('APPROVAL_REQUIRED', refusal);
        const slug = slugOf(subject);
        if (confirmation !== slug) throw invalid([{ path: 'confirmation', message: `Type ${slug} to confirm.` }]);
        carrier.assertPossible(subject, now);
        const facts = await carrier.facts(tx, subject);
        const carried = await carrier.carryOut(tx, subject, { approval, actor, note, facts, now, lane });
        const approved = await tx.approvals.decide(approval.id, {
          status: 'approved',
          decidedBy: decider.userId,
          note,
        });
        await tell(tx, actor, approved, subject.session);
        await tx.audit.append({
          teamId: approval.teamId,
          actor,
          action: carried.action,
          subject: subjectIn(approval),
          before: carried.before,
          after: {
            ...carried.after,
            approvalId: approval.id,
            requestedBy: approval.requestedBy,
            approvedBy: decider.userId,
            ...(decider.userId === approval.requestedBy ? { self_approved: true } : {}),
            note,
            facts: Object.fromEntries(facts.map(({ key, count }) => [key, count])),
          },
          reason: approval.reason,
          requestId: options.requestId,
        });
        return { approved, carried };
      });
    const run = async (): Promise<{ approved: Approval; carried: Carried }> =>
      carrier.around ? carrier.around(await subjectOf(found), work) : work(null);
    const { approved, carried } = await (carrier.spansTeams ? store.everyTeam(run) : run());
    deps.nudge();
    await carried.afterwards?.();
    return approved;
  }

  return {
    approve,

    async reject(actor: Actor, id: string, raw: unknown, options: DecideOptions = {}): Promise<Approval> {
      mayDecide(actor);
      const found = await find(actor, id);
      authorize(actor, approvalKinds[found.action].decide, { teamId: found.teamId });
      const parsed = rejectInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return store.transaction(async (tx) => {
        const under = await locked(tx, found);
        assertPending(under.approval, clock());
        if (under.approval.requestedBy === personOf(actor))
          throw new DomainError('APPROVAL_REQUIRED', 'It is your own request: withdraw it instead.');
        return end(tx, actor, under, { status: 'rejected', note: parsed.data.note, ...options });
      });
    },

    /** Only whoever asked takes it back. */
    async withdraw(actor: Actor, id: string, options: DecideOptions = {}): Promise<Approval> {
      authorize(actor, 'force_complete.request', { teamId: teamOf(actor), createdBy: personOf(actor) });
      const found = await find(actor, id);
      if (found.requestedBy !== personOf(actor))
        throw new DomainError('FORBIDDEN', 'Only whoever made a request withdraws it.');
      return store.transaction(async (tx) => {
        const under = await locked(tx, found);
        assertPending(under.approval, clock());
        return end(tx, actor, under, { status: 'withdrawn', note: null, ...options });
      });
    },

    /** Ends what nobody decided in time, or what has nothing left to decide. One that fails does not keep the others. */
    async expire(): Promise<number> {
      let expired = 0;
      for (const due of await store.approvals.due()) {
        const actor: Actor = { kind: 'system', teamId: due.teamId, name: 'engine' };
        try {
          await store.transaction(async (tx) => {
            const under = await locked(tx, due);
            if (under.approval.status !== 'pending') return;
            await end(tx, actor, under, { status: 'expired', note: whyOver(under, clock()) });
            expired += 1;
          });
        } catch (error) {
          deps.log.error({ approval: due.id, err: error }, 'A request could not be ended; it is tried again');
        }
      }
      return expired;
    },
  };
}

const mayDecide = (actor: Actor) => authorize(actor, 'force_complete.decide', { teamId: teamOf(actor) });

/** What has to be typed: the session's slug, or the team's. */
export const slugOf = ({ session, team }: Subject): string => session?.slug ?? team.slug;

const subjectIn = ({ sessionId, teamId }: Approval) =>
  sessionId === null ? { kind: 'team', id: teamId } : { kind: 'session', id: sessionId };

function whyOver({ approval, subject }: { approval: Approval; subject: Subject }, now: Date): string {
  if (approval.expiresAt <= now) return 'Nobody decided in time.';
  const { session } = subject;
  if (session === null) return 'It is no longer needed.';
  return session.deletedAt === null ? `The session is ${session.status} without it.` : 'The session was deleted.';
}

/** Who would decide, and in what company. */
export async function deciderOf(
  { store, settings }: Pick<Deps, 'settings'> & { store: Pick<Tx, 'approvals'> },
  actor: Actor,
  { team }: Subject,
): Promise<Decider> {
  return {
    userId: personOf(actor),
    admins: await store.approvals.admins(team.id),
    selfApproval: !team.selfApprovalForbidden,
    delaySeconds: settings.selfApprovalDelaySeconds,
  };
}
