import { z } from 'zod';
import type { AskRuleRow } from '../../../application/ask-port.ts';
import type { InboxItem } from '../../../application/asks/inbox.ts';
import type { RulePreview } from '../../../application/asks/rules.ts';
import { type Ask, askStatuses, ruleScopes } from '../../../domain/ask.ts';
import { askKinds } from '../../../domain/ask-kind.ts';
import { id, iso, time } from './fields.ts';

export const askShape = z
  .strictObject({
    id,
    sessionId: id,
    taskId: id,
    attemptId: id,
    kind: z.enum(askKinds),
    status: z.enum(askStatuses),
    title: z.string(),
    command: z.string().nullable(),
    paths: z.array(z.string()),
    question: z.string().nullable(),
    options: z.array(z.string()),
    openedAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Ask' });

export function askOut(ask: Ask): z.output<typeof askShape> {
  return {
    id: ask.id,
    sessionId: ask.sessionId,
    taskId: ask.taskId,
    attemptId: ask.attemptId,
    kind: ask.kind,
    status: ask.status,
    title: ask.title,
    command: ask.command,
    paths: [...ask.paths],
    question: ask.question,
    options: [...ask.options],
    openedAt: iso(ask.openedAt),
    expiresAt: iso(ask.expiresAt),
  };
}

const inboxFields = {
  sessionSlug: z.string(),
  taskTitle: z.string(),
  agentName: z.string(),
  runtimeName: z.string(),
  subAgent: z.boolean(),
  permission: z.string().nullable(),
  heldUp: z.int(),
};

export const inboxItemShape = askShape.extend(inboxFields).meta({ id: 'InboxItem' });

export function inboxItemOut(item: InboxItem): z.output<typeof inboxItemShape> {
  const { sessionSlug, taskTitle, agentName, runtimeName, subAgent, permission, heldUp } = item;
  return { ...askOut(item), sessionSlug, taskTitle, agentName, runtimeName, subAgent, permission, heldUp };
}

export const batchShape = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string().nullable(),
        sessionSlug: z.string().nullable(),
        error: z.string().nullable(),
      }),
    ),
    answered: z.int(),
    failed: z.int(),
  })
  .meta({ id: 'AnsweredAsks' });

export const askRuleShape = z
  .strictObject({
    id,
    permission: z.string(),
    pattern: z.string(),
    scope: z.enum(ruleScopes),
    sessionId: id.nullable(),
    repositoryId: id.nullable(),
    createdBy: id.nullable(),
    createdAt: time,
    expiresAt: time,
    revokedAt: time.nullable(),
    useCount: z.int(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: 'AskRule' });

export function askRuleOut(rule: AskRuleRow): z.output<typeof askRuleShape> {
  const { permission, pattern, scope, sessionId, repositoryId, createdBy, useCount } = rule;
  return {
    id: rule.id,
    ...{ permission, pattern, scope, sessionId, repositoryId, createdBy, useCount },
    createdAt: iso(rule.createdAt),
    expiresAt: iso(rule.expiresAt),
    revokedAt: iso(rule.revokedAt),
    lastUsedAt: iso(rule.lastUsedAt),
  };
}

export const rulePreviewShape = z
  .strictObject({
    pattern: z.string(),
    scope: z.enum(ruleScopes),
    permission: z.string(),
    days: z.int(),
    considered: z.int(),
    whole: z.boolean(),
    allowed: z.int(),
    rejected: z.int(),
    denied: z.int(),
    examples: z.array(
      z.strictObject({
        id,
        sessionSlug: z.string(),
        title: z.string(),
        command: z.string().nullable(),
        paths: z.array(z.string()),
        status: z.enum(askStatuses),
        openedAt: time,
      }),
    ),
    refusal: z.string().nullable(),
  })
  .meta({ id: 'AskRulePreview' });

export function rulePreviewOut(preview: RulePreview): z.output<typeof rulePreviewShape> {
  return {
    ...preview,
    examples: preview.examples.map(({ id, sessionSlug, title, command, paths, status, openedAt }) => ({
      ...{ id, sessionSlug, title, command, status },
      paths: [...paths],
      openedAt: iso(openedAt),
    })),
  };
}
