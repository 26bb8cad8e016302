import { type Actor, authorize } from '../domain/actor.ts';
import { type Ask, type AskStatus, answerInput, assertAnswerable, defaultRejectMessage } from '../domain/ask.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { attentionOf, planWaits } from '../domain/session-life.ts';
import type { Deps } from './deps.ts';
import { personOf } from './sessions/find.ts';
import type { Tx } from './store-port.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';
import type { AskRow } from './work-port.ts';

/** What agents ask of people (access.md, Asks). The dispatcher takes the answers to the runtime. */
export function createAsks(deps: Deps) {
  const { store } = deps;
  return {
    async list(
      actor: Actor,
      filter: { status?: readonly AskStatus[] | undefined; sessionId?: string | undefined },
      page: PageRequest,
    ): Promise<Page<AskRow>> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'asks' });
      return store.asks.list(teamOf(actor), filter, page);
    },

    /** Answers once: the second answer is CONFLICT. A reject without words gets default ones, since a bare one would end the run. */
    async answer(actor: Actor, id: string, raw: unknown): Promise<Ask> {
      const teamId = teamOf(actor);
      authorize(actor, 'ask.answer', { teamId, createdBy: personOf(actor) });
      const found = await store.asks.get(teamId, id);
      if (!found) throw new DomainError('NOT_FOUND', 'There is no such ask.');
      const parsed = answerInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      let answer = parsed.data;
      if ('decision' in answer && answer.decision === 'rule')
        throw invalid([
          {
            path: 'decision',
            message: 'Rules are not available in this version; answer once, for the session, or reject.',
          },
        ]);
      if ('decision' in answer && answer.decision === 'reject' && !answer.message)
        answer = { ...answer, message: defaultRejectMessage };

      const answered = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.sessionId);
        authorize(actor, 'ask.answer', { teamId, createdBy: session.createdBy });
        const ask = await tx.asks.get(teamId, id);
        if (!ask) throw new DomainError('NOT_FOUND', 'There is no such ask.');
        assertAnswerable(ask, answer);
        const after = await tx.asks.answer(id, answer, personOf(actor));
        await tx.events.append(session.id, [
          {
            type: 'ask.answered',
            actor,
            payload: { askId: id, taskId: ask.taskId, kind: ask.kind, title: ask.title, answer },
          },
        ]);
        await refreshAttention(tx, session.id, actor);
        await tx.audit.append({ teamId, actor, action: 'ask.answered', subject: { kind: 'ask', id }, after: answer });
        return after;
      });
      deps.nudge();
      return answered;
    },
  };
}

/** Sets the session's attention from its open asks, its waiting plan and its conflicts; call under the session's lock. */
export async function refreshAttention(tx: Tx, sessionId: string, actor: Actor): Promise<void> {
  const session = await tx.sessions.byId(sessionId);
  const approvals = session !== null && planWaits(session) && session.plannedAt ? [session.plannedAt] : [];
  const asks = await tx.asks.openOf(sessionId);
  const conflicts = (await tx.conflicts.ofSession(sessionId))
    .filter(({ status }) => status === 'waiting_for_person')
    .map(({ createdAt }) => createdAt);
  await tx.sessions.setAttention(sessionId, attentionOf({ asks, approvals, conflicts }).kind, actor);
}
