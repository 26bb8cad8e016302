import { z } from 'zod';
import { type Approval, approvalActions, approvalStatuses } from '../../../domain/approval.ts';
import { id, iso, time } from './fields.ts';

const fact = z.strictObject({
  key: z.string(),
  count: z.number(),
  items: z.array(z.string()).describe('The first fifty by name.'),
});

export const approvalShape = z
  .strictObject({
    id,
    action: z.enum(approvalActions),
    sessionId: id.nullable(),
    status: z.enum(approvalStatuses),
    requestedBy: id.nullable(),
    reason: z.string(),
    details: z.record(z.string(), z.unknown()).describe('What exactly is asked for: the tokens and month of a budget.'),
    facts: z.array(fact).describe('What was true when it was requested.'),
    decidedBy: id.nullable(),
    note: z.string().nullable(),
    createdAt: time,
    expiresAt: time,
    decidedAt: time.nullable(),
  })
  .meta({ id: 'Approval' });

export function approvalOut(approval: Approval): z.output<typeof approvalShape> {
  const { createdAt, expiresAt, decidedAt } = approval;
  return {
    id: approval.id,
    action: approval.action,
    sessionId: approval.sessionId,
    status: approval.status,
    requestedBy: approval.requestedBy,
    reason: approval.reason,
    details: { ...approval.details },
    facts: approval.facts.map(({ key, count, items }) => ({ key, count, items: [...items] })),
    decidedBy: approval.decidedBy,
    note: approval.note,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    decidedAt: iso(decidedAt),
  };
}

/** A request with what is true at this moment. */
export const approvalNowShape = z
  .strictObject({
    ...approvalShape.shape,
    confirmation: z.string().describe('What has to be typed to approve it: the slug of the session or of the team.'),
    now: z.array(fact).describe('The same facts as they are now; of a decided one, as they were.'),
    obstacle: z.string().nullable().describe('Why it could not be carried out as things are.'),
    refusal: z.string().nullable().describe('Why you may not approve it now.'),
  })
  .meta({ id: 'ApprovalNow' });
