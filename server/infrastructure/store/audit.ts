import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type SQL, sql } from 'drizzle-orm';
import { auditChecks } from '../../../db/schema/audit.ts';
import type { AuditAnchor, AuditEntry, AuditFilter, AuditInput } from '../../application/record-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { AuditVerdict } from '../../domain/audit.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { decode, storable } from './rows.ts';

/** The hash before the first entry of a team. */
const genesis = '0'.repeat(64);
const pageLength = 500;

// jsonb as text, so that a driver's own reading of JSON can never change what is hashed.
const columns: SQL = sql`team_id, number, at, actor::text, action, subject::text, before::text, after::text, reason, request_id,
  previous_hash, hash`;

type Content = Omit<AuditEntry, 'at' | 'previousHash' | 'hash'> & { teamId: string; at: string };

export function createAudit(handle: Handle): Aggregates['audit'] {
  async function page(teamId: string, after: number, limit: number, where: SQL = sql``): Promise<Row[]> {
    return handle.rows(sql`select ${columns} from audit where team_id = ${teamId}::uuid and number > ${after}::int ${where}
      order by number limit ${limit}::int`);
  }

  async function anchorOf(teamId: string): Promise<AuditAnchor | null> {
    const [row] = await handle.rows(
      sql`select number, hash, cut_at from audit_anchors where team_id = ${teamId}::uuid`,
    );
    if (row === undefined) return null;
    return { number: Number(row.number), hash: String(row.hash), cutAt: new Date(String(row.cut_at)) };
  }

  /** What retention cut ended with the anchor; what is left must begin right behind it. */
  async function readFrom(teamId: string, anchor: AuditAnchor | null): Promise<AuditVerdict> {
    let entries = 0;
    let number = anchor?.number ?? 0;
    let previous = anchor?.hash ?? genesis;
    for (;;) {
      const rows = await page(teamId, number, pageLength);
      for (const row of rows) {
        const entry = readOf(row);
        const whole = row.previous_hash === previous && row.hash === hashOf(previous, entry);
        if (!whole || entry.number !== number + 1) return { entries, firstBroken: entry.number };
        previous = String(row.hash);
        number = entry.number;
        entries += 1;
      }
      if (rows.length < pageLength) return { entries, firstBroken: null };
    }
  }

  return {
    anchor: anchorOf,

    async cut(teamId, before) {
      const [row] = await handle.rows(
        sql`select * from audit_cut(${teamId}::uuid, ${before.toISOString()}::timestamptz)`,
      );
      if (row === undefined) return null;
      return { number: Number(row.cut_number), hash: String(row.cut_hash), entries: Number(row.cut_entries) };
    },

    append: (input) =>
      handle.atomically(async (tx) => {
        // The team's row lock makes the chain: the last link is read after it, so it stays the last.
        const [team] = await tx.rows(sql`select date_trunc('milliseconds', clock_timestamp()) as at from teams
          where id = ${input.teamId}::uuid for no key update`);
        if (team === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
        const [last] = await tx.rows(sql`select number, hash from audit where team_id = ${input.teamId}::uuid
          order by number desc limit 1`);
        const previous = String(last?.hash ?? genesis);
        const entry = contentOf(input, Number(last?.number ?? 0) + 1, new Date(String(team.at)));
        await tx.rows(sql`insert into audit
          (team_id, number, at, actor, action, subject, before, after, reason, request_id, previous_hash, hash)
          values (${entry.teamId}::uuid, ${entry.number}::int, ${entry.at}::timestamptz, ${json(entry.actor)}, ${entry.action},
            ${json(entry.subject)}, ${optional(entry.before)}, ${optional(entry.after)}, ${entry.reason}, ${entry.requestId},
            ${previous}, ${hashOf(previous, entry)})`);
      }),

    async list(teamId, { after, limit, subject }) {
      const about = subject === undefined ? sql`` : sql`and subject = ${json({ kind: subject.kind, id: subject.id })}`;
      return (await page(teamId, after, limit, about)).map(entryOf);
    },

    async search(teamId, filter, { cursor, limit }) {
      const where = sql`team_id = ${teamId}::uuid ${conditions(filter)}`;
      const before = numberOf(cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from audit where ${where}`);
      const rows = await handle.rows(sql`select ${columns} from audit where ${where} and number < ${before}::int
        order by number desc limit ${limit + 1}::int`);
      const items = rows.slice(0, limit).map(entryOf);
      const last = items.at(-1)?.number;
      const nextCursor = rows.length > limit && last !== undefined ? cursorAt(last) : null;
      return { items, nextCursor, total: Number(counted?.total ?? 0) };
    },

    async verify(teamId) {
      for (;;) {
        const anchor = await anchorOf(teamId);
        const verdict = await readFrom(teamId, anchor);
        // A retention that cuts while this reads takes away what it would have read next: that is no break.
        if (verdict.firstBroken === null || (await anchorOf(teamId))?.number === anchor?.number) return verdict;
      }
    },

    async noteCheck(teamId, { entries, firstBroken }) {
      await handle.rows(sql`insert into audit_checks (team_id, entries, first_broken)
        values (${teamId}::uuid, ${entries}::int, ${firstBroken}::int)
        on conflict (team_id) do update set at = clock_timestamp(), entries = excluded.entries,
          first_broken = excluded.first_broken`);
    },

    async lastCheck(teamId) {
      const [row] = await handle.rows(sql`select * from audit_checks where team_id = ${teamId}::uuid`);
      return row === undefined ? null : decode(auditChecks, row);
    },
  };
}

/** What is hashed: pseudonymous ids only, never a name or an address. */
function contentOf(input: AuditInput, number: number, at: Date): Content {
  const { teamId, actor, action, subject } = input;
  const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(storable(value))));
  return {
    teamId,
    number,
    at: at.toISOString(),
    actor: { kind: actor.kind, id: actor.kind === 'system' ? null : actor.id },
    action,
    subject: { kind: subject.kind, id: subject.id },
    before: plain(input.before),
    after: plain(input.after),
    reason: input.reason === undefined ? null : storable(input.reason),
    requestId: input.requestId ?? null,
  };
}

function entryOf(row: Row): AuditEntry {
  const { teamId: _, ...entry } = readOf(row);
  return { ...entry, at: new Date(entry.at), previousHash: String(row.previous_hash), hash: String(row.hash) };
}

function conditions({ action, actor, subject, from, to }: AuditFilter): SQL {
  const about = (column: SQL, text: string) => sql`and ${text} in (${column}->>'id', ${column}->>'kind')`;
  return sql.join(
    [
      action === undefined ? sql`` : sql`and (action = ${action} or starts_with(action, ${`${action}.`}))`,
      actor === undefined ? sql`` : about(sql`actor`, actor),
      subject === undefined ? sql`` : about(sql`subject`, subject),
      from === undefined ? sql`` : sql`and at >= ${from.toISOString()}::timestamptz`,
      to === undefined ? sql`` : sql`and at < ${to.toISOString()}::timestamptz`,
    ],
    sql` `,
  );
}

/** Entries are only ever added at the end, so the number of the last one shown is where the next page begins. */
const cursorAt = (number: number) => Buffer.from(`n${number}`).toString('base64url');

function numberOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 2 ** 31 - 1;
  const number = /^n(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (number === undefined) throw invalid([{ path: 'cursor', message: 'Must be a cursor that a list returned' }]);
  return Number(number);
}

function readOf(row: Row): Content {
  const parsed = (name: string): unknown => (typeof row[name] === 'string' ? JSON.parse(row[name]) : null);
  const textOrNull = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  return {
    teamId: String(row.team_id),
    number: Number(row.number),
    at: new Date(String(row.at)).toISOString(),
    actor: parsed('actor') as Content['actor'],
    action: String(row.action),
    subject: parsed('subject') as Content['subject'],
    before: parsed('before'),
    after: parsed('after'),
    reason: textOrNull('reason'),
    requestId: textOrNull('request_id'),
  };
}

/** SHA-256 over the hash before and the entry as RFC 8785 JSON. */
function hashOf(previous: string, entry: Content): string {
  return createHash('sha256')
    .update(previous)
    .update(canonicalize(entry) ?? '')
    .digest('hex');
}

function optional(value: unknown): SQL {
  return value === null ? sql`null` : json(value);
}
