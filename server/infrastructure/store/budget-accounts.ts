import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { budgetAccounts } from '../../../db/schema/budgets.ts';
import type { BudgetAccount, Caps } from '../../domain/budget.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Budget } from '../../domain/session.ts';
import type { Handle, Row } from './handle.ts';
import { decode, isId } from './rows.ts';

export type AccountRow = typeof budgetAccounts.$inferSelect;

/** An account a session draws on: what it is and the caps it is to have now. The last of a line is the team's month. */
interface Wanted {
  readonly teamId: string;
  readonly sessionId: string | null;
  readonly month: string | null;
  readonly caps: Caps;
}

const none: Caps = { tokens: null, costUsd: null, attempts: null, seconds: null };

/** A row as the domain's account: a cost of which a part is unknown is unknown. */
export function accountFrom(row: AccountRow): BudgetAccount {
  const { id, teamId, kind, sessionId, month, parentId } = row;
  return {
    id,
    teamId,
    kind,
    sessionId,
    month,
    parentId,
    caps: capsOf(row),
    reserved: {
      tokens: row.reservedTokens,
      costUsd: row.reservedUnpriced > 0 ? null : row.reservedCostUsd,
      attempts: row.reservedAttempts,
      seconds: row.reservedSeconds,
    },
    spent: {
      tokens: row.spentTokens,
      costUsd: row.costUnknown ? null : row.spentCostUsd,
      attempts: row.spentAttempts,
      seconds: row.spentSeconds,
    },
  };
}

/** `select a.*` of accounts, each once. */
export function accountRow(row: Row): AccountRow {
  return decode(budgetAccounts, row);
}

/** The accounts a session draws on, from its own to the team's month, as they are to be now; not locked if nothing has to change. */
export async function chainOf(tx: Handle, sessionId: string): Promise<AccountRow[]> {
  const wanted = await lineOf(tx, sessionId);
  const found = await read(tx, wanted, sql``);
  return current(wanted, found) ? found : lockChain(tx, sessionId);
}

/**
 * The same accounts under their row locks, taken from the leaf upwards in one statement. Missing ones are made before,
 * from the root downwards; caps and, after the turn of a month, the parent are brought up to date under the locks.
 */
export async function lockChain(tx: Handle, sessionId: string): Promise<AccountRow[]> {
  const wanted = await lineOf(tx, sessionId);
  const missing = (await read(tx, wanted, sql``)).length < wanted.length;
  for (let place = wanted.length - 1; missing && place >= 0; place -= 1) await make(tx, wanted, place);
  const locked = await read(tx, wanted, sql`for no key update of a`);
  if (current(wanted, locked)) return locked;
  for (const [place, account] of locked.entries()) {
    const { caps } = wanted[place] ?? { caps: none };
    const parentId = locked[place + 1]?.id ?? null;
    if (account.parentId !== parentId) await moveDraws(tx, account, parentId);
    await tx.rows(sql`update budget_accounts set cap_tokens = ${caps.tokens}::bigint, cap_cost_usd = ${caps.costUsd}::float,
      cap_attempts = ${caps.attempts}::int, cap_seconds = ${caps.seconds}::int, parent_id = ${parentId}::uuid
      where id = ${account.id}::uuid`);
  }
  return read(tx, wanted, sql``);
}

const thisMonth = sql`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM')`;

/** The tokens of a team `t` in a month: the ordinary limit, or what a second person agreed to for that one. */
const tokensOf = (month: SQL) =>
  sql`case when t.raised_month = ${month} then t.raised_tokens else t.tokens_per_month end`;

/** The team's account of one month, made when there is none. */
export async function monthOf(tx: Handle, teamId: string, month: string): Promise<AccountRow> {
  const [team] = isId(teamId)
    ? await tx.rows(sql`select ${tokensOf(sql`${month}`)}::text as tokens from teams t where t.id = ${teamId}::uuid`)
    : [];
  if (team === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
  const wanted = [{ teamId, sessionId: null, month, caps: { ...none, tokens: Number(team.tokens) } }];
  await make(tx, wanted, 0);
  const [account] = await read(tx, wanted, sql``);
  if (account === undefined) throw new DomainError('INTERNAL', 'The account was not stored');
  if (current(wanted, [account])) return account;
  const [row] = await tx.rows(sql`update budget_accounts set cap_tokens = ${Number(team.tokens)}::bigint
    where id = ${account.id}::uuid returning *`);
  return row === undefined ? account : accountRow(row);
}

async function lineOf(tx: Handle, sessionId: string): Promise<Wanted[]> {
  const rows = isId(sessionId)
    ? await tx.rows(sql`
        with recursive line as (
          select id, team_id, parent_id, budget, 0 as height from sessions where id = ${sessionId}::uuid
          union all select p.id, p.team_id, p.parent_id, p.budget, line.height + 1
          from line join sessions p on p.id = line.parent_id where line.height < 20)
        select line.id, line.team_id, line.budget, ${tokensOf(thisMonth)}::text as tokens,
          ${thisMonth} as month
        from line join teams t on t.id = line.team_id order by line.height`)
    : [];
  const [leaf] = rows;
  if (leaf === undefined) throw new DomainError('NOT_FOUND', 'There is no such session');
  const teamId = String(leaf.team_id);
  const own = rows.map((row): Wanted => {
    const budget = (typeof row.budget === 'string' ? JSON.parse(row.budget) : row.budget) as Budget | null;
    const { tokens = null, costUsd = null, attempts = null, wallSeconds: seconds = null } = budget ?? {};
    return { teamId, sessionId: String(row.id), month: null, caps: { tokens, costUsd, attempts, seconds } };
  });
  const caps = { ...none, tokens: Number(leaf.tokens) };
  return [...own, { teamId, sessionId: null, month: String(leaf.month), caps }];
}

/** The accounts of the line that exist, in its order; with `lock` they are locked in that order. */
async function read(tx: Handle, wanted: readonly Wanted[], lock: SQL): Promise<AccountRow[]> {
  const places = wanted.map(({ teamId, sessionId, month }, place) => ({
    place,
    team: teamId,
    session: sessionId,
    month,
  }));
  const rows = await tx.rows(sql`select a.* from jsonb_to_recordset(${JSON.stringify(places)}::jsonb)
      as w(place int, team uuid, session uuid, month text)
    join budget_accounts a on a.session_id = w.session or (a.team_id = w.team and a.month = w.month)
    order by w.place ${lock}`);
  return rows.map(accountRow);
}

/** Whether every account is there with its caps and its parent. */
function current(wanted: readonly Wanted[], found: readonly AccountRow[]): boolean {
  return (
    wanted.length === found.length &&
    found.every((account, place) => {
      const caps = capsOf(account);
      const now = wanted[place]?.caps ?? none;
      const same = (Object.keys(none) as (keyof Caps)[]).every((what) => caps[what] === now[what]);
      return same && account.parentId === (found[place + 1]?.id ?? null);
    })
  );
}

/** Makes the account at a place of the line, if there is none, with what was metered before it existed. */
async function make(tx: Handle, wanted: readonly Wanted[], place: number): Promise<void> {
  const account = wanted[place];
  if (account === undefined || (await read(tx, [account], sql``)).length > 0) return;
  const above = wanted[place + 1];
  const [parent] = above === undefined ? [] : await read(tx, [above], sql``);
  const { teamId, sessionId, month, caps } = account;
  // Two may make it at once: the second waits for the first one's commit and finds it.
  await tx.rows(sql`
    insert into budget_accounts (id, team_id, kind, session_id, month, parent_id, cap_tokens, cap_cost_usd, cap_attempts,
      cap_seconds, spent_tokens, spent_cost_usd, spent_attempts, spent_seconds, cost_unknown)
    select ${randomUUID()}::uuid, ${teamId}::uuid, ${sessionId === null ? 'team_month' : 'session'}, ${sessionId}::uuid,
      ${month}, ${parent?.id ?? null}::uuid, ${caps.tokens}::bigint, ${caps.costUsd}::float, ${caps.attempts}::int,
      ${caps.seconds}::int, used.tokens, used.cost, used.attempts, used.seconds, used.unknown
    from (${meteredBefore(account)}) used
    on conflict do nothing`);
}

/** What was used before the account existed, as the gateway metered it; what is still drawn is booked when it is settled. */
function meteredBefore({ teamId, sessionId, month }: Wanted): SQL {
  const whose =
    sessionId === null
      ? sql`c.team_id = ${teamId}::uuid and c.at >= to_date(${month}, 'YYYY-MM')::timestamp at time zone 'UTC'
          and c.at < (to_date(${month}, 'YYYY-MM') + interval '1 month') at time zone 'UTC'`
      : sql`c.session_id in (with recursive tree as (
          select ${sessionId}::uuid as id union all select s.id from tree join sessions s on s.parent_id = tree.id)
          select id from tree)`;
  return sql`select coalesce(sum(tokens), 0)::bigint as tokens, coalesce(sum(cost), 0)::float as cost,
      count(*)::int as attempts, coalesce(sum(seconds), 0)::float as seconds, coalesce(bool_or(unknown), false) as unknown
    from (
      select sum(c.input_tokens::bigint + c.output_tokens + c.reasoning_tokens + c.cache_read_tokens + c.cache_write_tokens) as tokens,
        sum(c.cost_usd) as cost, bool_or(c.cost_usd is null and c.status < 400) as unknown,
        extract(epoch from max(coalesce(f.ended_at, clock_timestamp()) - f.started_at))::float as seconds
      from model_calls c join attempts f on f.id = c.attempt_id
      where ${whose} and not exists (
        select 1 from budget_entries e where e.attempt_id = c.attempt_id and e.settled_at is null)
      group by c.attempt_id) metered`;
}

/** Takes an account's open draws with it to another parent: what is settled later is booked there, in the new month. */
async function moveDraws(tx: Handle, account: AccountRow, parentId: string | null): Promise<void> {
  const shift = (id: string | null, sign: 1 | -1) => sql`update budget_accounts set
    reserved_tokens = reserved_tokens + ${sign * account.reservedTokens}::bigint,
    reserved_cost_usd = round((reserved_cost_usd + ${sign * account.reservedCostUsd}::float)::numeric, 9)::float,
    reserved_attempts = reserved_attempts + ${sign * account.reservedAttempts}::int,
    reserved_seconds = round((reserved_seconds + ${sign * account.reservedSeconds}::float)::numeric, 6)::float,
    reserved_unpriced = reserved_unpriced + ${sign * account.reservedUnpriced}::int
    where id = ${id}::uuid`;
  await tx.rows(shift(account.parentId, -1));
  await tx.rows(shift(parentId, 1));
}

function capsOf(row: AccountRow): Caps {
  return { tokens: row.capTokens, costUsd: row.capCostUsd, attempts: row.capAttempts, seconds: row.capSeconds };
}
