import { sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import { roles } from '../../domain/actor.ts';
import type { Handle, Row } from './handle.ts';
import { anyOf } from './rows.ts';

/** What opens something, or would let somebody guess what does. */
const secret = [
  'password_hash',
  'token_hash',
  'code_hash',
  'secret',
  'previous_secret',
  'signing_secret',
  'credentials',
  'gateway_token_hash',
];
const mostRows = 5_000;
/** Facts of a person that stand in JSON beside an id: `{ kind: "user", id, name }`, or a waiver. */
const namedBy = [
  { id: 'id', name: 'name' },
  { id: 'by', name: 'byName' },
] as const;

/** Ways in, and what only they ever saw: nothing of it stands for what they did. */
const theirsAlone = [
  'login_sessions',
  'memberships',
  'external_identities',
  'second_factors',
  'recovery_codes',
  'password_resets',
  'invitations',
  'saved_views',
];

interface Column {
  readonly table: string;
  readonly column: string;
}

export function createPersons(handle: Handle): Aggregates['persons'] {
  const columnsOf = async (rows: Promise<Row[]>): Promise<Column[]> =>
    (await rows).map(({ table, column }) => ({ table: String(table), column: String(column) }));

  /** Read from the database itself, so that a table that comes later is not forgotten. */
  const references = () =>
    columnsOf(
      handle.rows(sql`select f.conrelid::regclass::text as "table", a.attname as "column" from pg_constraint f
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
        where f.contype = 'f' and f.confrelid = 'users'::regclass order by 1, 2`),
    );

  const documents = () =>
    columnsOf(
      handle.rows(sql`select c.relname as "table", a.attname as "column" from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.atttypid = 'jsonb'::regtype and not a.attisdropped
        where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> 'audit' order by 1, 2`),
    );

  const tablesWithTeam = async (): Promise<Set<string>> => {
    const rows = await handle.rows(sql`select c.relname as name from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id' and not a.attisdropped
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'`);
    return new Set(rows.map(({ name }) => String(name)));
  };

  return {
    async ofTeam(teamId) {
      const rows = await handle.rows(sql`select u.id, u.name, u.email, m.role::text as role,
          (select count(*)::int from memberships o where o.user_id = u.id and o.team_id <> m.team_id) as elsewhere
        from memberships m join users u on u.id = m.user_id where m.team_id = ${teamId}::uuid order by lower(u.name), u.id`);
      return rows.map(({ id, name, email, role, elsewhere }) => ({
        id: String(id),
        name: String(name),
        email: String(email),
        role: roles.find((known) => known === role) ?? 'viewer',
        elsewhere: Number(elsewhere),
      }));
    },

    async collect(userId, teamIds) {
      const withTeam = await tablesWithTeam();
      const found = new Map<string, ReturnType<typeof sql>[]>();
      const add = (table: string, condition: ReturnType<typeof sql>) =>
        found.set(table, [...(found.get(table) ?? []), condition]);
      add('users', sql`id = ${userId}::uuid`);
      for (const { table, column } of await references()) add(table, sql`${sql.identifier(column)} = ${userId}::uuid`);
      for (const table of ['events', 'audit']) add(table, sql`actor->>'id' = ${userId}`);
      const tables: Record<string, Record<string, unknown>[]> = {};
      const cut: Record<string, number> = {};
      for (const [table, conditions] of found) {
        const theirs = sql`(${sql.join(conditions, sql` or `)})`;
        const where = withTeam.has(table) ? sql`${theirs} and team_id::text = ${anyOf(teamIds)}` : theirs;
        const rows = await handle.rows(sql`select to_jsonb(t) - array(select jsonb_array_elements_text(
            ${JSON.stringify(secret)}::jsonb)) as row from ${sql.identifier(table)} t where ${where} limit ${mostRows}::int`);
        if (rows.length === 0) continue;
        tables[table] = rows.map(
          ({ row }) => (typeof row === 'string' ? JSON.parse(row) : row) as Record<string, unknown>,
        );
        if (rows.length < mostRows) continue;
        const [counted] = await handle.rows(
          sql`select count(*)::int as number from ${sql.identifier(table)} where ${where}`,
        );
        if (Number(counted?.number) > mostRows) cut[table] = Number(counted?.number);
      }
      return { tables, cut };
    },

    erase: (userId, { email, name }) =>
      handle.atomically(async (tx) => {
        const [before] = await tx.rows(sql`select name from users where id = ${userId}::uuid`);
        await tx.rows(sql`update users set email = ${email}, name = ${name}, password_hash = null,
          disabled_at = coalesce(disabled_at, clock_timestamp()) where id = ${userId}::uuid`);
        for (const table of theirsAlone)
          await tx.rows(sql`delete from ${sql.identifier(table)} where user_id = ${userId}::uuid`);
        // What they began is no longer offered to train on; copies that were downloaded are out of reach.
        await tx.rows(sql`delete from dataset_samples where session_id in (
          select id from sessions where created_by = ${userId}::uuid)`);
        await tx.rows(sql`update api_tokens set revoked_at = coalesce(revoked_at, clock_timestamp()), name = ${name}
          where user_id = ${userId}::uuid`);
        const tokens = await tx.rows(sql`select id from api_tokens where user_id = ${userId}::uuid`);
        const ids = anyOf([userId, ...tokens.map(({ id }) => String(id))]);
        await renameInReasons(tx, ids, String(before?.name ?? ''), name);
        for (const { table, column } of await documents()) {
          const document = sql.identifier(column);
          for (const by of namedBy)
            await tx.rows(sql`update ${sql.identifier(table)}
              set ${document} = jsonb_set(${document}, array[${by.name}::text], to_jsonb(${name}::text))
              where jsonb_typeof(${document}) = 'object' and ${document}->>${by.id} = ${ids} and ${document} ? ${by.name}`);
        }
      }),
  };
}

/**
 * The program's own sentences of what they did ("paused by Ada"), where they stand: in the events of their acts, and as the
 * reason of the tasks and the cause of the sessions that those events moved. Only the very sentences of those events are
 * touched, so somebody else of the same name keeps theirs.
 */
async function renameInReasons(tx: Handle, ids: ReturnType<typeof sql>, old: string, name: string): Promise<void> {
  if (old === '') return;
  const theirs = sql`e.actor->>'id' = ${ids} and position(${old}::text in e.payload->>'reason') > 0`;
  const renamed = (text: ReturnType<typeof sql>) => sql`replace(${text}, ${old}::text, ${name}::text)`;
  const said = sql`(select distinct e.session_id, e.payload->>'reason' as reason from events e where ${theirs})`;
  await tx.rows(sql`update tasks t set reason = ${renamed(sql`t.reason`)} from ${said} s
    where t.session_id = s.session_id and t.reason = s.reason`);
  await tx.rows(sql`update sessions t set cause = ${renamed(sql`t.cause`)} from ${said} s
    where t.id = s.session_id and t.cause = s.reason`);
  // A checkpoint holds the reasons of its tasks as they were.
  await tx.rows(sql`update checkpoints c set state = jsonb_set(c.state, '{tasks}', (
      select coalesce(jsonb_agg(case when exists (select 1 from ${said} s where s.session_id = c.session_id
          and s.reason = task->>'reason') then jsonb_set(task, '{reason}', to_jsonb(${renamed(sql`task->>'reason'`)}))
        else task end order by place), '[]'::jsonb)
      from jsonb_array_elements(c.state->'tasks') with ordinality as tasks(task, place)))
    where exists (select 1 from ${said} s where s.session_id = c.session_id)`);
  await tx.rows(sql`update events e set payload = jsonb_set(e.payload, '{reason}', to_jsonb(${renamed(sql`e.payload->>'reason'`)}))
    where ${theirs}`);
}
