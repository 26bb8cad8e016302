import type { z } from 'zod';
import { type Actor, authorize } from '../../domain/actor.ts';
import { type Ask, isOpen, type RuleScope, ruleInput } from '../../domain/ask.ts';
import { type AskRule, assertRule, covers, previewDays, previewOf, ruleExpiry } from '../../domain/ask-rule.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { AskRuleRow, HistoricAsk } from '../ask-port.ts';
import type { Deps } from '../deps.ts';
import { personOf } from '../sessions/find.ts';
import type { Tx } from '../store-port.ts';
import type { Page, PageRequest } from '../team-port.ts';
import { teamOf } from '../tokens.ts';
import { answerByRule, presetOf } from './settle.ts';

/** Asks a preview reads; with more in the week it says so. */
const previewLimit = 5_000;
/** Of those the rule would have allowed, how many are listed. */
const previewExamples = 20;
/** Waiting asks a new rule is tried on. */
const waitingLimit = 1_000;

export interface RulePreview {
  pattern: string;
  scope: RuleScope;
  permission: string;
  days: number;
  /** How many asks of the kind were looked at, and whether that was all of them. */
  considered: number;
  whole: boolean;
  allowed: number;
  rejected: number;
  denied: number;
  examples: Pick<
    HistoricAsk,
    'id' | 'command' | 'paths' | 'title' | 'status' | 'answer' | 'openedAt' | 'sessionSlug'
  >[];
  /** Why the rule cannot be made as it is; null when it can. */
  refusal: string | null;
}

type Wish = z.infer<typeof ruleInput>;

/** FORBIDDEN unless the actor may allow in advance: for an own session, or as a lead for any and for more than one. */
function authorizeRule(actor: Actor, session: Pick<Session, 'teamId' | 'createdBy'>, scope: RuleScope): void {
  authorize(actor, 'ask.rule', {
    teamId: session.teamId,
    createdBy: scope === 'session' ? session.createdBy : null,
  });
}

/** Makes the rule an answer asks for, audited. Call under the session's lock. INVALID when it would not answer the ask. */
export async function makeRule(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'clock'>,
  { actor, ask, session, wish }: { actor: Actor; ask: Ask; session: Session; wish: Wish },
): Promise<AskRule> {
  const scope = wish.scope ?? 'session';
  authorizeRule(actor, session, scope);
  const preset = await presetOf(tx, ask);
  if (preset === null || ask.permission === null)
    throw invalid([{ path: 'rule.pattern', message: 'Only a permission can be allowed by a rule' }]);
  assertRule(wish.pattern, ask, preset);
  const rule = await tx.askRules.create({
    id: deps.secrets.uuid(),
    teamId: session.teamId,
    permission: ask.permission,
    pattern: wish.pattern,
    scope,
    sessionId: scope === 'session' ? session.id : null,
    repositoryId: scope === 'repository' ? session.repositoryId : null,
    createdBy: personOf(actor),
    expiresAt: ruleExpiry(wish.expiresAt, deps.clock()),
  });
  const { id, permission, pattern, expiresAt } = rule;
  await tx.audit.append({
    teamId: session.teamId,
    actor,
    action: 'ask_rule.created',
    subject: { kind: 'ask_rule', id },
    after: { permission, pattern, scope, sessionId: rule.sessionId, repositoryId: rule.repositoryId, expiresAt },
  });
  return rule;
}

/** Permissions given in advance (access.md, Asks): what one would have allowed, which there are, taking one back. */
export function createAskRules(deps: Deps) {
  const { store } = deps;
  return {
    /** Rules in force, and those that ended in the last 90 days. */
    async list(actor: Actor, page: PageRequest): Promise<Page<AskRuleRow>> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'asks' });
      return store.askRules.list(teamId, page);
    },

    /** What a rule made for this ask would have allowed in the last week, on the team's real history. */
    async preview(actor: Actor, askId: string, raw: unknown): Promise<RulePreview> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'asks' });
      const ask = await store.asks.get(teamId, askId);
      const session = ask && (await store.sessions.byId(ask.sessionId));
      if (!ask || !session) throw new DomainError('NOT_FOUND', 'There is no such ask.');
      const wish = ruleInput.safeParse(raw);
      if (!wish.success) throw invalidFromZod(wish.error);
      const { pattern, scope = 'session' } = wish.data;
      const { permission } = ask;
      if (permission === null)
        throw invalid([{ path: 'rule.pattern', message: 'Only a permission can be allowed by a rule' }]);
      const rule = { permission, pattern };
      const since = new Date(deps.clock().getTime() - previewDays * 86_400_000);
      const reach = {
        sessionId: scope === 'session' ? session.id : undefined,
        repositoryId: scope === 'repository' ? session.repositoryId : undefined,
      };
      const past = await store.asks.history(teamId, { permission, since, ...reach }, previewLimit);
      const { allowed, rejected, denied } = previewOf(rule, past);
      return {
        ...rule,
        scope,
        days: previewDays,
        considered: past.length,
        whole: past.length < previewLimit,
        allowed: allowed.length,
        rejected,
        denied,
        examples: allowed
          .slice(0, previewExamples)
          .map(({ id, command, paths, title, status, answer, openedAt, sessionSlug }) => ({
            id,
            command,
            paths,
            title,
            status,
            answer,
            openedAt,
            sessionSlug,
          })),
        refusal: await refusalOf(actor, ask, session, wish.data),
      };
    },

    /** Ends a rule; what it answered stays answered. CONFLICT when it is over already. */
    async revoke(actor: Actor, id: string): Promise<AskRule> {
      const teamId = teamOf(actor);
      const found = await store.askRules.get(teamId, id);
      authorize(actor, 'ask.rule', { teamId, createdBy: personOf(actor) });
      if (!found) throw new DomainError('NOT_FOUND', 'There is no such rule.');
      const session = found.sessionId === null ? null : await store.sessions.byId(found.sessionId);
      authorize(actor, 'ask.rule', { teamId, createdBy: session?.createdBy ?? null });
      return store.transaction(async (tx) => {
        const rule = await tx.askRules.revoke(teamId, id);
        const { permission, pattern, scope, useCount } = rule;
        const before = { permission, pattern, scope, useCount };
        await tx.audit.append({
          teamId,
          actor,
          action: 'ask_rule.revoked',
          subject: { kind: 'ask_rule', id },
          before,
        });
        return rule;
      });
    },

    /**
     * Answers what waits already and the new rule covers; answers how many. Each in its own transaction: one that cannot be
     * answered now (its session is just ending) is left to a person and keeps no other.
     */
    async applyToWaiting(rule: AskRule): Promise<number> {
      const { items } = await store.asks.inbox(rule.teamId, waitingLimit);
      const reached = items.filter(
        (ask) =>
          covers(rule, ask) &&
          (rule.sessionId === null || rule.sessionId === ask.sessionId) &&
          (rule.repositoryId === null || rule.repositoryId === ask.repositoryId),
      );
      let answered = 0;
      for (const { id, sessionId } of reached) {
        try {
          const by = await store.transaction(async (tx) => {
            const session = await tx.sessions.lock(sessionId);
            const ask = await tx.asks.get(rule.teamId, id);
            return ask === null || !isOpen(ask.status) ? null : answerByRule(tx, session, ask, [rule]);
          });
          if (by !== null) answered += 1;
        } catch (error) {
          deps.log.warn({ ask: id, rule: rule.id, err: error }, 'A waiting ask could not be answered by a new rule');
        }
      }
      if (answered > 0) deps.nudge();
      return answered;
    },
  };

  async function refusalOf(actor: Actor, ask: Ask, session: Session, wish: Wish): Promise<string | null> {
    try {
      authorizeRule(actor, session, wish.scope ?? 'session');
      const preset = await presetOf(store, ask);
      if (preset !== null) assertRule(wish.pattern, ask, preset);
      ruleExpiry(wish.expiresAt, deps.clock());
      return null;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const [issue] = Array.isArray(error.details) ? error.details : [];
      return typeof issue?.message === 'string' ? issue.message : error.message;
    }
  }
}
