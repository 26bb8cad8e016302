import { z } from 'zod';
import type { AskKind } from './ask-kind.ts';
import { DomainError, invalid } from './errors.ts';
import { text } from './text.ts';

export const askStatuses = ['open', 'escalated', 'answered', 'expired', 'superseded'] as const;
export type AskStatus = (typeof askStatuses)[number];

/** How far "always, by a rule" reaches, from the least to the most (access.md, Asks). */
export const ruleScopes = ['session', 'repository', 'team'] as const;
export type RuleScope = (typeof ruleScopes)[number];

const askDecisions = ['once', 'session', 'rule', 'reject'] as const;

/** A rejection with no message would end OpenCode's run, so it always carries one (access.md, Asks). */
export const defaultRejectMessage =
  'A person rejected this. Do not try it again; go on without it, or finish and say what is missing.';

/** What the agent is told when nobody answered in time. */
export const expiredMessage = 'Nobody answered in time, so this counts as rejected. Do not try it again.';

/** The rule that an answer asks for, and what a preview is made of. */
export const ruleInput = z.strictObject({
  pattern: text('The pattern', 1, 500),
  /** How far it reaches; without it this session. */
  scope: z.enum(ruleScopes, `The scope is one of: ${ruleScopes.join(', ')}`).optional(),
  expiresAt: z.iso.datetime('Must be an ISO 8601 time').optional(),
});

const decisionInput = z.strictObject({
  decision: z.enum(askDecisions, `Decide one of: ${askDecisions.join(', ')}`),
  message: text('The message', 1, 5_000).optional(),
  rule: ruleInput.optional(),
});

const answersInput = z.strictObject({
  answers: z
    .array(text('An answer', 1, 10_000))
    .min(1, 'Give at least one answer')
    .max(20),
});

/** The answer to an ask: a decision, or the answers to a question (api.md, Ask). */
export const answerInput = z.union([decisionInput, answersInput], 'Send either a decision or answers');
/** One answer to several asks. */
export const askBatchInput = z.strictObject({
  ids: z.array(z.string()).min(1, 'Name at least one ask').max(200, 'Name 200 asks at most'),
  answer: answerInput,
});
export type AskAnswer = z.infer<typeof answerInput>;

/** A permission or question that waits for a person. */
export interface Ask {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly remoteAskId: string;
  readonly remoteSessionId: string;
  readonly kind: AskKind;
  readonly status: AskStatus;
  readonly title: string;
  readonly command: string | null;
  readonly paths: readonly string[];
  /** The runtime's own patterns and permission name: what an answer for the session covers. */
  readonly patterns: readonly string[];
  readonly permission: string | null;
  readonly question: string | null;
  readonly options: readonly string[];
  readonly answer: AskAnswer | null;
  readonly answeredBy: string | null;
  readonly answeredAt: Date | null;
  /** The rule that answered, or that was made by the answer. */
  readonly ruleId: string | null;
  /** When the runtime took the answer. */
  readonly deliveredAt: Date | null;
  readonly openedAt: Date;
  readonly escalatesAt: Date;
  readonly expiresAt: Date;
}

/** Whether somebody may still answer. */
export function isOpen(status: AskStatus): boolean {
  return status === 'open' || status === 'escalated';
}

/** Refuses an answer that comes second (CONFLICT) or does not fit the kind (INVALID). */
export function assertAnswerable(ask: Pick<Ask, 'kind' | 'status'>, answer: AskAnswer): void {
  if (!isOpen(ask.status))
    throw new DomainError('CONFLICT', `This ask is already ${ask.status}`, { details: { status: ask.status } });
  if ('answers' in answer) {
    if (ask.kind === 'permission') throw invalid([{ path: 'decision', message: 'A permission needs a decision' }]);
    return;
  }
  if (ask.kind === 'question' && answer.decision !== 'reject') {
    throw invalid([{ path: 'answers', message: 'A question needs answers, or the decision reject' }]);
  }
  if (answer.decision !== 'rule' && answer.rule !== undefined)
    throw invalid([{ path: 'rule', message: 'A rule belongs to the decision rule' }]);
  if (answer.decision === 'rule' && answer.rule === undefined) {
    throw invalid([{ path: 'rule', message: 'The decision rule needs a rule' }]);
  }
}

/** When an ask opened now expires. */
export function expiryOf(openedAt: Date, expirySeconds: number): Date {
  return new Date(openedAt.getTime() + expirySeconds * 1000);
}

/** Open past its SLA and not yet escalated. */
export function escalationDue(ask: Pick<Ask, 'status' | 'escalatesAt'>, now: Date): boolean {
  return ask.status === 'open' && now.getTime() >= ask.escalatesAt.getTime();
}

/** Unanswered past its expiry: rejected by default, and the session is paused, never killed. */
export function expiryDue(ask: Pick<Ask, 'status' | 'expiresAt'>, now: Date): boolean {
  return isOpen(ask.status) && now.getTime() >= ask.expiresAt.getTime();
}
