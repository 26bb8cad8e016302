import { z } from 'zod';
import { budgetAccountKinds } from '../../../domain/budget.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const seconds = z.number().min(0);

const amountsShape = z.strictObject({
  tokens: count,
  costUsd: z.number().nullable().describe('Null when a price is unknown.'),
  attempts: count,
  seconds,
});

const capsShape = z.strictObject({
  tokens: count.nullable(),
  costUsd: z.number().nullable(),
  attempts: count.nullable(),
  seconds: seconds.nullable(),
});

const accountShape = z
  .strictObject({
    id,
    kind: z.enum(budgetAccountKinds),
    sessionId: id.nullable(),
    month: z.string().nullable(),
    caps: capsShape.describe('Null: no cap.'),
    reserved: amountsShape.describe('Drawn by attempts that are open now.'),
    spent: amountsShape,
  })
  .meta({ id: 'BudgetAccount' });

const entryShape = z
  .strictObject({ id, attemptId: id, reserved: amountsShape, createdAt: time })
  .meta({ id: 'BudgetEntry' });

export const sessionBudgetShape = z
  .strictObject({
    account: accountShape,
    above: z.array(accountShape).describe("The accounts it draws through: its parents', then the team's month."),
    open: z.array(entryShape),
    warning: z.string().nullable(),
  })
  .meta({ id: 'SessionBudget' });

export const teamBudgetShape = z.strictObject({ account: accountShape, resetsAt: time }).meta({ id: 'TeamBudget' });

type Account = Answered<'budgets', 'ofTeam'>['account'];

function accountOut({ id: accountId, kind, sessionId, month, caps, reserved, spent }: Account) {
  return {
    id: accountId,
    kind,
    sessionId,
    month,
    caps: { ...caps },
    reserved: { ...reserved },
    spent: { ...spent },
  };
}

export function sessionBudgetOut(budget: Answered<'budgets', 'ofSession'>): z.output<typeof sessionBudgetShape> {
  return {
    account: accountOut(budget.account),
    above: budget.above.map(accountOut),
    open: budget.open.map(({ id: entryId, attemptId, reserved, createdAt }) => ({
      id: entryId,
      attemptId,
      reserved: { ...reserved },
      createdAt: iso(createdAt),
    })),
    warning: budget.warning,
  };
}

export function teamBudgetOut({ account, resetsAt }: Answered<'budgets', 'ofTeam'>): z.output<typeof teamBudgetShape> {
  return { account: accountOut(account), resetsAt: iso(resetsAt) };
}
