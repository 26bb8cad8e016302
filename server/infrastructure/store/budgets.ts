import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { budgetEntries } from '../../../db/schema/budgets.ts';
import type { Shortage } from '../../application/budget-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Amounts, BudgetEntry, Caps } from '../../domain/budget.ts';
import { nothing } from '../../domain/budget-wish.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import { type AccountRow, accountFrom, accountRow, chainOf, lockChain, monthOf } from './budget-accounts.ts';
import { createBudgetFigures } from './budget-figures.ts';
import type { Handle, Row } from './handle.ts';
import { decode, isId } from './rows.ts';

export function createBudgets(handle: Handle): Aggregates['budgets'] {
  return {
    ...createBudgetFigures(handle),

    accountOf: (sessionId) => handle.atomically(async (tx) => accountFrom(own(await chainOf(tx, sessionId)))),

    teamMonth: (teamId, month) =>
      handle.atomically(async (tx) => {
        if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
          throw invalid([{ path: 'month', message: 'Must be a month as 2026-11' }]);
        return accountFrom(await monthOf(tx, teamId, month));
      }),

    async chain(accountId) {
      const rows = isId(accountId)
        ? await handle.rows(sql`
            with recursive line as (
              select id, parent_id, 0 as height from budget_accounts where id = ${accountId}::uuid
              union all select p.id, p.parent_id, line.height + 1 from line join budget_accounts p on p.id = line.parent_id)
            select a.* from line join budget_accounts a on a.id = line.id order by line.height`)
        : [];
      if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such account');
      return rows.map((row) => accountFrom(accountRow(row)));
    },

    reserve: (sessionId, attemptId, wanted) =>
      handle.atomically(async (tx) => {
        const chain = await lockChain(tx, sessionId);
        const known = await entryOf(tx, attemptId);
        if (known?.settled) throw new DomainError('CONFLICT', 'The reservation of this attempt is settled already');
        // A run that goes on after a pause still has what it drew.
        if (known !== null) return { entry: known };
        const fitted = cutTo(chain, wanted);
        if ('shortage' in fitted) return fitted;
        await change(tx, chain, drawn(fitted, 1));
        const { tokens, costUsd, attempts, seconds } = fitted;
        const [row] = await tx.rows(sql`insert into budget_entries
            (id, account_id, attempt_id, tokens, cost_usd, attempts, seconds, created_at)
          values (${randomUUID()}::uuid, ${own(chain).id}::uuid, ${attemptId}::uuid, ${tokens}::bigint, ${costUsd}::float,
            ${attempts}::int, ${seconds}::float, clock_timestamp()) returning *`);
        return { entry: entryFrom(row) };
      }),

    extend: (attemptId, more) =>
      handle.atomically(async (tx) => {
        const chain = await lockChain(tx, await sessionOf(tx, attemptId));
        const entry = await entryOf(tx, attemptId);
        if (entry === null || entry.settled !== null)
          throw new DomainError('CONFLICT', 'The reservation of this attempt is settled already');
        // Nothing is drawn of a price that is not known.
        const costUsd = entry.reserved.costUsd === null ? 0 : more.costUsd;
        const fitted = cutTo(chain, { tokens: more.tokens, costUsd, attempts: 0, seconds: 0 });
        if ('shortage' in fitted) return fitted;
        await change(tx, chain, drawn({ ...fitted, costUsd: fitted.costUsd ?? 0 }, 1));
        const [row] = await tx.rows(sql`update budget_entries set tokens = tokens + ${fitted.tokens}::bigint,
            cost_usd = round((cost_usd + ${fitted.costUsd}::float)::numeric, 9)::float
          where attempt_id = ${attemptId}::uuid returning *`);
        return { entry: entryFrom(row) };
      }),

    giveBack: (attemptId, used) =>
      handle.atomically(async (tx) => {
        if ((await entryOf(tx, attemptId)) === null) return;
        const chain = await lockChain(tx, await sessionOf(tx, attemptId));
        // Read under the locks: it may have been extended or settled while we waited.
        const entry = await entryOf(tx, attemptId);
        if (entry === null || entry.settled !== null) return;
        const { reserved } = entry;
        const tokens = Math.max(0, reserved.tokens - Math.ceil(used.tokens));
        const costUsd = Math.max(0, (reserved.costUsd ?? 0) - (used.costUsd ?? reserved.costUsd ?? 0));
        await change(tx, chain, drawn({ ...nothing, tokens, costUsd }, -1));
        await tx.rows(sql`update budget_entries set tokens = tokens - ${tokens}::bigint,
            cost_usd = round((cost_usd - ${costUsd}::float)::numeric, 9)::float
          where attempt_id = ${attemptId}::uuid`);
      }),

    settle: (attemptId, used) =>
      handle.atomically(async (tx) => {
        const known = await entryOf(tx, attemptId);
        if (known === null || known.settled !== null) return;
        const chain = await lockChain(tx, await sessionOf(tx, attemptId));
        const tokens = Math.round(used.tokens);
        // Read under the locks: it may have been extended or settled while we waited.
        const [row] = await tx.rows(sql`update budget_entries set settled_tokens = ${tokens}::bigint,
            settled_cost_usd = ${used.costUsd}::float, settled_attempts = ${used.attempts}::int,
            settled_seconds = ${used.seconds}::float, settled_at = clock_timestamp()
          where attempt_id = ${attemptId}::uuid and settled_at is null returning *`);
        if (row === undefined) return;
        await change(tx, chain, [
          ...drawn(entryFrom(row).reserved, -1),
          sql`spent_tokens = spent_tokens + ${tokens}::bigint`,
          sql`spent_cost_usd = round((spent_cost_usd + ${used.costUsd ?? 0}::float)::numeric, 9)::float`,
          sql`spent_attempts = spent_attempts + ${used.attempts}::int`,
          sql`spent_seconds = round((spent_seconds + ${used.seconds}::float)::numeric, 6)::float`,
          sql`cost_unknown = cost_unknown or ${used.costUsd === null}::boolean`,
        ]);
      }),

    entryOf: (attemptId) => entryOf(handle, attemptId),

    async openOf(sessionId) {
      const rows = await handle.rows(sql`select e.* from budget_entries e join budget_accounts a on a.id = e.account_id
        where a.session_id = ${sessionId}::uuid and e.settled_at is null order by e.created_at, e.id`);
      return rows.map(entryFrom);
    },
  };
}

/**
 * What of the wish the accounts still hold, judged from the leaf upwards: tokens and cost are cut down to the least that
 * is left, attempts and seconds fit or do not. What is not wished for is never short.
 */
function cutTo(chain: readonly AccountRow[], wanted: Amounts): Amounts | { shortage: Shortage } {
  let tokens = Math.floor(wanted.tokens);
  let costUsd = wanted.costUsd;
  for (const row of chain) {
    const left = leftOf(row);
    const short = (what: keyof Caps) => ({ shortage: { account: accountFrom(row), what } });
    if (left.tokens !== null && tokens > 0 && left.tokens < 1) return short('tokens');
    // A run of unknown price may go on only while there is money left.
    if (left.costUsd !== null && (costUsd === null || costUsd > 0) && left.costUsd <= 0) return short('costUsd');
    if (left.attempts !== null && wanted.attempts > 0 && wanted.attempts > left.attempts) return short('attempts');
    if (left.seconds !== null && wanted.seconds > 0 && wanted.seconds > left.seconds) return short('seconds');
    tokens = Math.min(tokens, left.tokens ?? tokens);
    if (costUsd !== null) costUsd = Math.min(costUsd, left.costUsd ?? costUsd);
  }
  return { ...wanted, tokens, costUsd };
}

function leftOf(row: AccountRow): Caps {
  // To a billionth, like the sums: what a fraction leaves over is not money.
  const left = (cap: number | null, reserved: number, spent: number) =>
    cap === null ? null : Math.round((cap - reserved - spent) * 1e9) / 1e9;
  return {
    tokens: left(row.capTokens, row.reservedTokens, row.spentTokens),
    costUsd: left(row.capCostUsd, row.reservedCostUsd, row.spentCostUsd),
    attempts: left(row.capAttempts, row.reservedAttempts, row.spentAttempts),
    seconds: left(row.capSeconds, row.reservedSeconds, row.spentSeconds),
  };
}

function drawn({ tokens, costUsd, attempts, seconds }: Amounts, sign: 1 | -1): SQL[] {
  return [
    sql`reserved_tokens = reserved_tokens + ${sign * tokens}::bigint`,
    sql`reserved_cost_usd = round((reserved_cost_usd + ${sign * (costUsd ?? 0)}::float)::numeric, 9)::float`,
    sql`reserved_attempts = reserved_attempts + ${sign * attempts}::int`,
    sql`reserved_seconds = round((reserved_seconds + ${sign * seconds}::float)::numeric, 6)::float`,
    sql`reserved_unpriced = reserved_unpriced + ${costUsd === null ? sign : 0}::int`,
  ];
}

/** Every account of a locked chain, all in one statement. */
async function change(tx: Handle, chain: readonly AccountRow[], set: readonly SQL[]): Promise<void> {
  const ids = JSON.stringify(chain.map(({ id }) => id));
  await tx.rows(sql`update budget_accounts set ${sql.join([...set], sql`, `)} where id = any(array(
    select value::uuid from jsonb_array_elements_text(${ids}::jsonb)))`);
}

function own([account]: readonly AccountRow[]): AccountRow {
  if (account === undefined) throw new DomainError('INTERNAL', 'The account was not stored');
  return account;
}

async function entryOf(tx: Handle, attemptId: string): Promise<BudgetEntry | null> {
  const [row] = isId(attemptId)
    ? await tx.rows(sql`select * from budget_entries where attempt_id = ${attemptId}::uuid`)
    : [];
  return row === undefined ? null : entryFrom(row);
}

/** The session whose account an attempt has drawn on. */
async function sessionOf(tx: Handle, attemptId: string): Promise<string> {
  const [row] = isId(attemptId)
    ? await tx.rows(sql`select a.session_id from budget_entries e join budget_accounts a on a.id = e.account_id
        where e.attempt_id = ${attemptId}::uuid`)
    : [];
  if (row === undefined) throw new DomainError('NOT_FOUND', 'This attempt has reserved nothing');
  return String(row.session_id);
}

function entryFrom(row: Row | undefined): BudgetEntry {
  if (row === undefined) throw new DomainError('INTERNAL', 'The reservation was not stored');
  const { id, accountId, attemptId, createdAt, settledAt, ...kept } = decode(budgetEntries, row);
  const { tokens, costUsd, attempts, seconds } = kept;
  const settled =
    settledAt === null
      ? null
      : {
          tokens: kept.settledTokens ?? 0,
          costUsd: kept.settledCostUsd,
          attempts: kept.settledAttempts ?? 0,
          seconds: kept.settledSeconds ?? 0,
        };
  return { id, accountId, attemptId, reserved: { tokens, costUsd, attempts, seconds }, settled, createdAt, settledAt };
}
