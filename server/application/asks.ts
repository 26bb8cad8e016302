import { type Actor, authorize } from '../domain/actor.ts';
import {
  type Ask,
  type AskAnswer,
  type AskStatus,
  answerInput,
  askBatchInput,
  assertAnswerable,
  defaultRejectMessage,
} from '../domain/ask.ts';
import type { AskRule } from '../domain/ask-rule.ts';
import type { AskFilter } from '../domain/ask-urgency.ts';
import { DomainError, errorCodeOf, invalid, invalidFromZod } from '../domain/errors.ts';
import type { AskRow } from './ask-port.ts';
import { type Inbox, readInbox } from './asks/inbox.ts';
import { createAskRules, makeRule } from './asks/rules.ts';
import { settleAsk } from './asks/settle.ts';
import type { Deps } from './deps.ts';
import { personOf } from './sessions/find.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';

/** What became of one ask of a batch. */
export interface BatchResult {
  id: string;
  /** The ask as a person reads it; null when there is none. */
  title: string | null;
  sessionSlug: string | null;
  /** Why it was not answered; null when it was. */
  error: string | null;
}

/** What agents ask of people (access.md, Asks). The dispatcher takes the answers to the runtime. */
export function createAsks(deps: Deps) {
  const { store } = deps;
  const rules = createAskRules(deps);

  async function answerWith(actor: Actor, id: string, raw: unknown): Promise<{ ask: Ask; rule: AskRule | null }> {
    const teamId = teamOf(actor);
    authorize(actor, 'ask.answer', { teamId, createdBy: personOf(actor) });
    const found = await store.asks.get(teamId, id);
    if (!found) throw new DomainError('NOT_FOUND', 'There is no such ask.');
    const answer = parsed(raw);
    const answered = await store.transaction(async (tx) => {
      const session = await tx.sessions.lock(found.sessionId);
      authorize(actor, 'ask.answer', { teamId, createdBy: session.createdBy });
      const ask = await tx.asks.get(teamId, id);
      if (!ask) throw new DomainError('NOT_FOUND', 'There is no such ask.');
      assertAnswerable(ask, answer);
      const wish = 'decision' in answer && answer.decision === 'rule' ? answer.rule : undefined;
      const rule = wish === undefined ? null : await makeRule(tx, deps, { actor, ask, session, wish });
      return { ask: await settleAsk(tx, ask, answer, { actor, rule }), rule };
    });
    deps.nudge();
    return answered;
  }

  return {
    rules,

    async list(
      actor: Actor,
      filter: { status?: readonly AskStatus[] | undefined; sessionId?: string | undefined },
      page: PageRequest,
    ): Promise<Page<AskRow>> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'asks' });
      return store.asks.list(teamOf(actor), filter, page);
    },

    /** What waits for a person, by age × cost of waiting; `mine` narrows it to the actor's own sessions. */
    async inbox(
      actor: Actor,
      filter: Omit<AskFilter, 'owner'> & { mine?: boolean },
      { offset, limit }: { offset: number; limit: number },
    ): Promise<Inbox> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'asks' });
      const me = personOf(actor);
      const { mine, ...rest } = filter;
      const whole = mine === true && me !== null ? { ...rest, owner: me } : rest;
      return readInbox(store, teamId, { filter: whole, me, now: deps.clock(), offset, limit });
    },

    /**
     * Answers once: the second answer is CONFLICT. A reject without words gets default ones, since a bare one would end
     * the run. "Always by a rule" makes the rule, and what else waits under it is answered too.
     */
    async answer(actor: Actor, id: string, raw: unknown): Promise<Ask> {
      const { ask, rule } = await answerWith(actor, id, raw);
      if (rule !== null) await rules.applyToWaiting(rule);
      return ask;
    },

    /** One answer to many asks; each is judged and stored by itself, and what failed is told one by one. */
    async answerMany(actor: Actor, raw: unknown): Promise<BatchResult[]> {
      const teamId = teamOf(actor);
      authorize(actor, 'ask.answer', { teamId, createdBy: personOf(actor) });
      const batch = askBatchInput.safeParse(raw);
      if (!batch.success) throw invalidFromZod(batch.error);
      const { ids, answer } = batch.data;
      if ('decision' in answer && answer.decision === 'rule')
        throw invalid([{ path: 'answer', message: 'A rule is made for one ask; choose one answer for all of them' }]);
      const results: BatchResult[] = [];
      for (const id of new Set(ids)) {
        const ask = await store.asks.get(teamId, id);
        const session = ask && (await store.sessions.byId(ask.sessionId));
        const named = { id, title: ask?.question ?? ask?.title ?? null, sessionSlug: session?.slug ?? null };
        if (ask?.kind === 'question' && !('answers' in answer) && answer.decision === 'once') {
          results.push({ ...named, error: 'It is a question: it waits for an answer of its own.' });
          continue;
        }
        try {
          await answerWith(actor, id, answer);
          results.push({ ...named, error: null });
        } catch (error) {
          const code = errorCodeOf(error);
          if (code === null || code === 'INTERNAL') throw error;
          results.push({ ...named, error: error instanceof Error ? error.message : String(error) });
        }
      }
      return results;
    },
  };
}

/** The answer as the domain takes it; a reject without words gets the default ones. */
function parsed(raw: unknown): AskAnswer {
  const { success, data: answer, error } = answerInput.safeParse(raw);
  if (!success) throw invalidFromZod(error);
  return 'decision' in answer && answer.decision === 'reject' && !answer.message
    ? { ...answer, message: defaultRejectMessage }
    : answer;
}
