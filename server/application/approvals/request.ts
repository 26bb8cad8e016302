import { type Actor, authorize, personOf } from '../../domain/actor.ts';
import {
  type Approval,
  type ApprovalAction,
  approvalKinds,
  budgetRaiseInput,
  forceCompleteInput,
  teamDeleteInput,
} from '../../domain/approval.ts';
import { monthOf } from '../../domain/budget-words.ts';
import { DomainError, invalidFromZod } from '../../domain/errors.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../sessions/find.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import type { Carrier, Subject } from './carrier.ts';

interface Asked {
  readonly action: ApprovalAction;
  readonly reason: string;
  readonly details: Record<string, unknown>;
  readonly requestId?: string | undefined;
}

/** Asking for what a second person has to agree to. Each request is audited, and told on the timeline of its session. */
export function createRequests(deps: Deps, carriers: Record<ApprovalAction, Carrier>) {
  const { store, secrets, clock } = deps;

  async function keep(tx: Tx, actor: Actor, subject: Subject, asked: Asked): Promise<Approval> {
    const requestedBy = personOf(actor);
    if (requestedBy === null) throw new DomainError('FORBIDDEN', 'Only a person asks for an approval.');
    const carrier = carriers[asked.action];
    carrier.assertPossible(subject, clock());
    const { team, session } = subject;
    const approval = await tx.approvals.insert(
      {
        id: secrets.uuid(),
        teamId: team.id,
        sessionId: session?.id ?? null,
        action: asked.action,
        requestedBy,
        reason: asked.reason,
        details: asked.details,
        facts: await carrier.facts(tx, subject),
      },
      deps.settings.approvalExpirySeconds,
    );
    const payload = {
      approvalId: approval.id,
      action: approval.action,
      requestedBy,
      reason: approval.reason,
      expiresAt: approval.expiresAt.toISOString(),
    };
    const event = { type: 'approval.requested' as const, actor, payload };
    if (session === null) await tx.events.appendTeam(team.id, event);
    else {
      await tx.events.append(session.id, [event]);
      await refreshAttention(tx, session.id, actor);
    }
    await tx.audit.append({
      teamId: team.id,
      actor,
      action: 'approval.requested',
      subject: session === null ? { kind: 'team', id: team.id } : { kind: 'session', id: session.id },
      after: { approvalId: approval.id, action: approval.action, ...approval.details },
      reason: approval.reason,
      requestId: asked.requestId,
    });
    return approval;
  }

  async function ofTeam(actor: Actor, asked: Asked): Promise<Approval> {
    return store.transaction(async (tx) => {
      const team = await tx.teams.lock(teamOf(actor));
      return keep(tx, actor, { team, session: null, details: asked.details }, asked);
    });
  }

  const may = (actor: Actor, action: ApprovalAction) =>
    authorize(actor, approvalKinds[action].request, { teamId: teamOf(actor) });

  return {
    /** FORBIDDEN for a member on somebody else's session; INVALID_TRANSITION where there is nothing to force; CONFLICT while one waits. */
    async forceComplete(
      actor: Actor,
      ref: string,
      raw: unknown,
      options: { requestId?: string | undefined } = {},
    ): Promise<Approval> {
      const found = await findSession(deps, actor, ref, 'force_complete.request');
      const parsed = forceCompleteInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        const team = await teamIn(tx, session.teamId);
        const asked = { action: 'force_complete' as const, reason: parsed.data.reason, details: {}, ...options };
        return keep(tx, actor, { team, session, details: {} }, asked);
      });
    },

    /** More tokens for this month than the team's limit. */
    async budgetRaise(actor: Actor, raw: unknown, options: { requestId?: string | undefined } = {}): Promise<Approval> {
      may(actor, 'budget_raise');
      const parsed = budgetRaiseInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { reason, tokens } = parsed.data;
      return ofTeam(actor, {
        action: 'budget_raise',
        reason,
        details: { tokens, month: monthOf(clock()) },
        ...options,
      });
    },

    /** The end of the actor's own team. */
    async teamDelete(actor: Actor, raw: unknown, options: { requestId?: string | undefined } = {}): Promise<Approval> {
      may(actor, 'team_delete');
      const parsed = teamDeleteInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return ofTeam(actor, { action: 'team_delete', reason: parsed.data.reason, details: {}, ...options });
    },
  };
}

/** The team as it is; its row is locked by the audit's entry at the end. */
export async function teamIn(from: Pick<Tx, 'teams'>, teamId: string) {
  const team = await from.teams.get(teamId);
  if (team === null) throw new DomainError('NOT_FOUND', 'The team is gone.');
  return team;
}
