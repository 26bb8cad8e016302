import type { Actor } from '../../domain/actor.ts';
import { type Ask, type AskAnswer, isOpen } from '../../domain/ask.ts';
import { type AskRule, hardDenied, ruleFor } from '../../domain/ask-rule.ts';
import type { Attempt } from '../../domain/attempt.ts';
import { isActive, type Session } from '../../domain/session.ts';
import { attentionOf, planWaits } from '../../domain/session-life.ts';
import { personOf } from '../sessions/find.ts';
import type { Tx } from '../store-port.ts';

/** Stores an answer with its event and audit entry; the dispatcher takes it to the runtime. Call under the session's lock. */
export async function settleAsk(
  tx: Tx,
  ask: Ask,
  answer: AskAnswer,
  { actor, rule = null }: { actor: Actor; rule?: AskRule | null },
): Promise<Ask> {
  const after = await tx.asks.answer(ask.id, answer, { userId: personOf(actor), ruleId: rule?.id ?? null });
  const named = rule === null ? {} : { rule: { id: rule.id, pattern: rule.pattern, scope: rule.scope } };
  await tx.events.append(ask.sessionId, [
    {
      type: 'ask.answered',
      actor,
      payload: { askId: ask.id, taskId: ask.taskId, kind: ask.kind, title: ask.title, answer, ...named },
    },
  ]);
  await refreshAttention(tx, ask.sessionId, actor);
  await tx.audit.append({
    teamId: ask.teamId,
    actor,
    action: 'ask.answered',
    subject: { kind: 'ask', id: ask.id },
    after: { ...answer, ...named },
  });
  return after;
}

/**
 * Answers the ask by a rule that reaches it, before a person is bothered; answers the rule, or null when none does. What
 * the agent's preset never allows is left to a person. Call under the session's lock.
 */
export async function answerByRule(
  tx: Tx,
  session: Pick<Session, 'id' | 'repositoryId'>,
  ask: Ask,
  rules?: readonly AskRule[],
): Promise<AskRule | null> {
  if (ask.kind !== 'permission' || ask.permission === null || !isOpen(ask.status)) return null;
  const { teamId, permission } = ask;
  const reaching =
    rules ??
    (await tx.askRules.reaching({ teamId, permission, sessionId: session.id, repositoryId: session.repositoryId }));
  if (reaching.length === 0) return null;
  const preset = await presetOf(tx, ask);
  const rule = preset === null ? null : ruleFor(reaching, ask, preset);
  if (rule === null) return null;
  const actor: Actor = { kind: 'system', teamId, name: `rule ${rule.pattern}` };
  await settleAsk(tx, ask, { decision: 'once' }, { actor, rule });
  await tx.askRules.use(rule.id);
  return rule;
}

/**
 * Whether the same was allowed "for this session" before. The preset stands above that too: it may have been narrowed
 * since. Call under the session's lock.
 */
export async function allowedInSession(tx: Tx, ask: Ask): Promise<boolean> {
  const { permission, patterns } = ask;
  if (permission === null || patterns.length === 0) return false;
  const given = await tx.asks.sessionRules(ask.sessionId);
  const same = given.some(
    (one) => one.permission === permission && patterns.every((pattern) => one.patterns.includes(pattern)),
  );
  if (!same) return false;
  const preset = await presetOf(tx, ask);
  return preset !== null && !hardDenied(preset, ask);
}

/** The permission preset of the agent that asks; null when its attempt or it is gone. */
export async function presetOf(tx: Pick<Tx, 'attempts' | 'agents'>, ask: Pick<Ask, 'teamId' | 'attemptId'>) {
  const attempt: Attempt | null = await tx.attempts.get(ask.attemptId);
  const agent = attempt === null ? null : await tx.agents.get(ask.teamId, attempt.agentId);
  return agent?.permissionPreset ?? null;
}

/** Sets the session's attention from its open asks, its waiting plan, the requests about it and its conflicts; call under the session's lock. */
export async function refreshAttention(tx: Tx, sessionId: string, actor: Actor): Promise<void> {
  const session = await tx.sessions.byId(sessionId);
  if (session === null) return;
  const requests = isActive(session.status) ? await tx.approvals.pendingOf(sessionId) : [];
  const approvals = [
    ...(planWaits(session) && session.plannedAt ? [session.plannedAt] : []),
    ...requests.map(({ createdAt }) => createdAt),
  ];
  const asks = await tx.asks.openOf(sessionId);
  const conflicts = (await tx.conflicts.ofSession(sessionId))
    .filter(({ status }) => status === 'waiting_for_person')
    .map(({ createdAt }) => createdAt);
  await tx.sessions.setAttention(sessionId, attentionOf({ asks, approvals, conflicts }).kind, actor);
}
