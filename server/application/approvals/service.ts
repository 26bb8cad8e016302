import { type Actor, authorize, can, personOf, refusal } from '../../domain/actor.ts';
import { type ApprovalFact, approvalKinds, approvalRefusal, waitingScore } from '../../domain/approval.ts';
import { DomainError } from '../../domain/errors.ts';
import { isActive, type Session } from '../../domain/session.ts';
import type { ApprovalFilter, ApprovalRow } from '../approval-port.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../sessions/find.ts';
import type { Page, PageRequest } from '../team-port.ts';
import { teamOf } from '../tokens.ts';
import { type Carrier, createCarriers, type Subject } from './carrier.ts';
import { createDecisions, deciderOf, slugOf } from './decide.ts';
import { createRequests, teamIn } from './request.ts';
import { createTeamUndo } from './team-undo.ts';

/** A request as whoever looks at it may deal with it. */
export interface ApprovalView extends ApprovalRow {
  /** What has to be typed to approve it. */
  readonly slug: string;
  /** Why this actor may not approve or reject it now; null when they may. */
  readonly refusal: string | null;
  /** Whether this actor asked for it. */
  readonly own: boolean;
}

/** The inbox shows so many; a team with more has another problem. */
const inboxLimit = 200;

/** What waits for a second person (access.md, Force-complete): asked for, read, decided. */
export function createApprovals(deps: Deps) {
  const { store, clock } = deps;
  const carriers = createCarriers(deps);
  const decisions = createDecisions(deps, carriers);

  const readable = (actor: Actor): string => {
    const teamId = teamOf(actor);
    authorize(actor, 'read', { teamId, resource: 'approvals' });
    return teamId;
  };

  async function viewer(actor: Actor) {
    const team = await teamIn(store, teamOf(actor));
    const decider = await deciderOf(deps, actor, { team, session: null, details: {} });
    const now = clock();
    return (row: ApprovalRow): ApprovalView => ({
      ...row,
      slug: row.sessionSlug ?? team.slug,
      own: row.requestedBy === personOf(actor),
      refusal:
        refusal(actor, approvalKinds[row.action].decide, { teamId: row.teamId }) ?? approvalRefusal(row, decider, now),
    });
  }

  async function subjectOf(row: ApprovalRow): Promise<Subject> {
    const session = row.sessionId === null ? null : await store.sessions.byId(row.sessionId);
    return { team: await teamIn(store, row.teamId), session, details: row.details };
  }

  return {
    /** A request that nobody decides ends by itself after so many seconds. */
    lifeSeconds: deps.settings.approvalExpirySeconds,
    request: createRequests(deps, carriers),
    approve: decisions.approve,
    reject: decisions.reject,
    withdraw: decisions.withdraw,
    expire: decisions.expire,
    teamUndo: createTeamUndo(deps),

    async list(actor: Actor, filter: ApprovalFilter, page: PageRequest): Promise<Page<ApprovalView>> {
      const teamId = readable(actor);
      const view = await viewer(actor);
      const found = await store.approvals.list(teamId, filter, page);
      return { ...found, items: found.items.map(view) };
    },

    /** What waits, the dearest first: age × cost of waiting. */
    async inbox(actor: Actor): Promise<{ items: ApprovalView[]; total: number; plans: number }> {
      const teamId = readable(actor);
      const view = await viewer(actor);
      const { items, total } = await store.approvals.list(teamId, { status: ['pending'] }, { limit: inboxLimit });
      const now = clock().getTime();
      const score = ({ createdAt, sessionStatus, running }: ApprovalRow) =>
        waitingScore({
          ageSeconds: (now - createdAt.getTime()) / 1000,
          holdsSlot: sessionStatus !== null && isActive(sessionStatus),
          running,
        });
      const { count } = await store.approvals.plans(teamId);
      return { items: items.toSorted((a, b) => score(b) - score(a)).map(view), total, plans: count };
    },

    async get(actor: Actor, id: string): Promise<ApprovalView> {
      const row = await store.approvals.get(readable(actor), id);
      if (row === null) throw new DomainError('NOT_FOUND', 'There is no such request.');
      return (await viewer(actor))(row);
    },

    /** The request with what is true now, and why it cannot be carried out as things are, if it cannot. */
    async look(
      actor: Actor,
      id: string,
    ): Promise<{ approval: ApprovalView; now: ApprovalFact[]; obstacle: string | null }> {
      const row = await store.approvals.get(readable(actor), id);
      if (row === null) throw new DomainError('NOT_FOUND', 'There is no such request.');
      const subject = await subjectOf(row);
      const approval = (await viewer(actor))(row);
      // What was decided is shown as it was decided.
      if (row.status !== 'pending') return { approval, now: [...row.facts], obstacle: null };
      const carrier = carriers[row.action];
      return { approval, now: await carrier.facts(store, subject), obstacle: obstacleOf(carrier, subject, clock()) };
    },

    /** What completing this session by force would mean now, and the request that waits for it, if one does. */
    async forceComplete(
      actor: Actor,
      ref: string,
    ): Promise<{ session: Session; facts: ApprovalFact[]; pending: ApprovalView | null; refusal: string | null }> {
      const session = await findSession(deps, actor, ref, 'read');
      const subject: Subject = { team: await teamIn(store, session.teamId), session, details: {} };
      const carrier = carriers.force_complete;
      const [open] = (
        await store.approvals.list(
          session.teamId,
          { status: ['pending'], action: ['force_complete'], sessionId: session.id },
          { limit: 1 },
        )
      ).items;
      const pending =
        open === undefined || !can(actor, 'read', { teamId: session.teamId, resource: 'approvals' })
          ? null
          : (await viewer(actor))(open);
      return {
        session,
        facts: await carrier.facts(store, subject),
        pending,
        refusal:
          refusal(actor, 'force_complete.request', { teamId: session.teamId, createdBy: session.createdBy }) ??
          obstacleOf(carrier, subject, clock()),
      };
    },

    /** What deleting the actor's own team would mean now, and the request that waits for it, if one does. */
    async teamDelete(actor: Actor): Promise<{
      slug: string;
      facts: ApprovalFact[];
      /** Nobody could sign in after it, so it will be refused while there is no other team. */
      only: boolean;
      pending: ApprovalView | null;
      refusal: string | null;
    }> {
      const teamId = readable(actor);
      const subject: Subject = { team: await teamIn(store, teamId), session: null, details: {} };
      const { items } = await store.approvals.list(
        teamId,
        { status: ['pending'], action: ['team_delete'] },
        { limit: 1 },
      );
      const view = await viewer(actor);
      // Of the other teams no more is told than whether there is one.
      const others = await store.everyTeam(() => store.teams.list());
      return {
        slug: subject.team.slug,
        only: !others.some(({ id, active }) => active && id !== teamId),
        facts: await carriers.team_delete.facts(store, subject),
        pending: items.map(view)[0] ?? null,
        refusal: refusal(actor, 'team.manage') ?? obstacleOf(carriers.team_delete, subject, clock()),
      };
    },

    /** For the annunciator: what this actor may decide now, and the plans that wait. */
    async lamp(actor: Actor): Promise<{ approvals: number; plans: number; since: Date | null; first: string | null }> {
      const { items } = await store.approvals.list(teamOf(actor), { status: ['pending'] }, { limit: inboxLimit });
      const mine = items.map(await viewer(actor)).filter((row) => row.refusal === null);
      const plans = await store.approvals.plans(teamOf(actor));
      const times = [...mine.map(({ createdAt }) => createdAt), ...(plans.since === null ? [] : [plans.since])];
      return {
        approvals: mine.length,
        plans: plans.count,
        since: times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime()))),
        first: mine[0] === undefined ? null : slugOf(await subjectOf(mine[0])),
      };
    },
  };
}

function obstacleOf(carrier: Carrier, subject: Subject, now: Date): string | null {
  try {
    carrier.assertPossible(subject, now);
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}
