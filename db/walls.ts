import type postgresTypes from 'postgres';
import { appRole, engineRole } from './roles.ts';

/** Whether the database itself keeps teams apart, and what that means, in one sentence for the log and the page. */
export interface Walls {
  readonly up: boolean;
  readonly sentence: string;
}

/** Rows in these are nobody's or everybody's; each of them is here on purpose, and a test finds those that are not. */
export const ofTheInstallation: readonly string[] = [
  // Ids of events on their way out; written by the statement that writes the event, which no policy could see yet.
  'outbox',
  // A person may be in several teams; how they sign in is theirs.
  'users',
  'external_identities',
  'second_factors',
  'recovery_codes',
  'instances',
  'turns',
  'lock_fences',
  'encryption_key',
];

/** A policy that changes gets another name, so that a later version replaces it. */
const policy = 'team_rows_1';
const enginePolicy = 'engine_rows_1';
const team = `(select nullif(current_setting('app.team_id', true), '')::uuid)`;

/**
 * Raises the second wall: row-level security, forced, on every table with a team and on those that hang on one. The role
 * of people and programs sees the rows of `app.team_id` and none without it; the role of the loops, which the user of
 * DATABASE_URL is a member of, sees all. Needs the roles, or the right to make them: without it nothing is changed, and
 * the sentence says what somebody who may has to run.
 */
export async function raiseWalls(client: postgresTypes.Sql): Promise<Walls> {
  const [me] = await client`select current_user as name, rolsuper as super from pg_roles where rolname = current_user`;
  const name = String(me?.name);
  const refused = await makeRoles(client, name, me?.super === true);
  if (refused !== null) {
    const standing = await alreadyUp(client);
    if (standing) throw new Error(`row-level security is on, and ${name} is not a member of ${engineRole}: ${refused}`);
    return {
      up: false,
      sentence: `Teams are kept apart by the store's own scope alone, not by row-level security: ${refused}`,
    };
  }
  await grantRights(client);
  for (const table of await tablesToWall(client)) await wall(client, table);
  return {
    up: true,
    sentence: `Row-level security is on: requests run as ${appRole} and see one team, loops run as ${name} and see all.`,
  };
}

/** null when both roles are there and ours to use; otherwise why not, and what to run. */
async function makeRoles(client: postgresTypes.Sql, name: string, superuser: boolean): Promise<string | null> {
  const user = `"${name.replaceAll('"', '""')}"`;
  for (const role of [appRole, engineRole]) {
    const [there] = await client`select 1 from pg_roles where rolname = ${role}`;
    if (there !== undefined) continue;
    try {
      await client.unsafe(`create role ${role} nologin`);
    } catch (error) {
      const code: unknown = Reflect.get(Object(error), 'code');
      if (code === '42501')
        return `${name} may not create roles; have somebody who may run CREATE ROLE ${appRole} NOLOGIN; CREATE ROLE ${engineRole} NOLOGIN; GRANT ${appRole}, ${engineRole} TO ${user}; and start again.`;
      // Made by another installation of the same server in this very moment.
      if (code !== '42710' && code !== '23505') throw error;
    }
  }
  if (superuser || (await isMember(client))) return null;
  try {
    await client.unsafe(`grant ${appRole}, ${engineRole} to ${user}`);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== '42501') throw error;
  }
  if (await isMember(client)) return null;
  return `${name} may not become ${appRole}; have somebody who may run GRANT ${appRole}, ${engineRole} TO ${user}; and start again.`;
}

async function isMember(client: postgresTypes.Sql): Promise<boolean> {
  const [version] = await client`select current_setting('server_version_num')::int >= 160000 as told_apart`;
  const how = version?.told_apart === true ? 'SET' : 'MEMBER';
  const [row] = await client`select pg_has_role(current_user, ${appRole}, ${how}) and
    pg_has_role(current_user, ${engineRole}, 'USAGE') as both`;
  return row?.both === true;
}

async function alreadyUp(client: postgresTypes.Sql): Promise<boolean> {
  const [row] = await client`select relforcerowsecurity as up from pg_class where oid = to_regclass('sessions')`;
  return row?.up === true;
}

/** The app's role may read and write rows, never change the schema; of the audit it may read and add. */
async function grantRights(client: postgresTypes.Sql): Promise<void> {
  const [row] = await client`select current_schema() as schema, exists (select 1 from pg_class
    where relnamespace = current_schema()::regnamespace and (relkind = 'r' and relname not in ('audit', 'audit_anchors')
      and not has_table_privilege(${appRole}, oid, 'SELECT, INSERT, UPDATE, DELETE') or relkind = 'S'
      and not has_sequence_privilege(${appRole}, oid, 'USAGE'))) as missing`;
  if (row?.missing !== true) return;
  const schema = `"${String(row.schema).replaceAll('"', '""')}"`;
  await client.unsafe(`grant usage on schema ${schema} to ${appRole}`);
  await client.unsafe(`grant select, insert, update, delete on all tables in schema ${schema} to ${appRole}`);
  await client.unsafe(`grant usage, select on all sequences in schema ${schema} to ${appRole}`);
  await client.unsafe(`revoke update, delete on audit from ${appRole}`);
  await client.unsafe(`revoke insert, update, delete on audit_anchors from ${appRole}`);
}

interface Walled {
  readonly name: string;
  /** Which rows are the team's; null: the wall stands already. */
  readonly rule: string | null;
  /** What a new row is judged by. */
  readonly check?: string;
}

/** Tables with a team by its column, and those without one by the row they hang on. */
async function tablesToWall(client: postgresTypes.Sql): Promise<Walled[]> {
  const rows = await client`
    select c.relname as name, a.attname is not null as has_team, coalesce(a.attnotnull, true) as always,
      c.relforcerowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = ${policy}) as up,
      (select json_build_object('table', f.confrelid::regclass::text, 'column', here.attname, 'key', there.attname)
        from pg_constraint f
        join pg_attribute here on here.attrelid = f.conrelid and here.attnum = f.conkey[1]
        join pg_attribute there on there.attrelid = f.confrelid and there.attnum = f.confkey[1]
        join pg_attribute team on team.attrelid = f.confrelid and team.attname = 'team_id' and team.attnotnull
        where f.conrelid = c.oid and f.contype = 'f' and here.attnotnull order by f.conname limit 1) as parent
    from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attname = 'team_id' and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by 1`;
  return rows.flatMap((row): Walled[] => {
    const name = String(row.name);
    if (ofTheInstallation.includes(name)) return [];
    if (row.up === true) return [{ name, rule: null }];
    if (name === 'teams') return [{ name, rule: `id = ${team}` }];
    if (row.has_team === true)
      return [{ name, rule: row.always === true ? `team_id = ${team}` : `(team_id is null or team_id = ${team})` }];
    const parent = row.parent as { table: string; column: string; key: string } | null;
    if (parent === null) return [];
    // The row it hangs on is behind a wall of its own. A new one may come in the same statement as that row, which no
    // policy can see yet: the reference itself is its judge.
    const rule = `exists (select 1 from ${parent.table} p where p."${parent.key}" = "${parent.column}")`;
    return [{ name, rule, check: 'true' }];
  });
}

async function wall(client: postgresTypes.Sql, { name, rule, check = rule ?? '' }: Walled): Promise<void> {
  if (rule === null) return;
  const table = `"${name}"`;
  await client.begin(async (tx) => {
    for (const old of await tx`select polname from pg_policy where polrelid = ${table}::regclass`)
      await tx.unsafe(`drop policy "${String(old.polname)}" on ${table}`);
    await tx.unsafe(`create policy ${policy} on ${table} to ${appRole} using (${rule}) with check (${check})`);
    await tx.unsafe(`create policy ${enginePolicy} on ${table} to ${engineRole} using (true) with check (true)`);
    await tx.unsafe(`alter table ${table} enable row level security`);
    await tx.unsafe(`alter table ${table} force row level security`);
  });
}
