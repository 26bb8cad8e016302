import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type Db, openDatabase } from '../db/client.ts';
import { estimateOf } from '../server/domain/estimate.ts';
import { createStore } from '../server/infrastructure/store/store.ts';

const quiet = { info: () => {}, warn: () => {} };

interface Row {
  id: string;
  team_id: string;
}

/** Opens the data directory of an app that has ended, and gives sessions of it a past nobody could wait for. */
export async function withStoredPast(
  dataDir: string,
  work: (past: {
    events(slug: string, count: number): Promise<void>;
    graph(slug: string, count: number, inGroupsOf: number): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const database = await openDatabase({ dataDir, log: quiet });
  const store = createStore(database);
  try {
    await work({
      events: async (slug, count) => addEvents(database.db, await sessionOf(database.db, slug), count),
      async graph(slug, count, inGroupsOf) {
        const session = await sessionOf(database.db, slug);
        const groups = inGroupsOf === 0 ? 0 : Math.ceil(count / inGroupsOf);
        const ids = Array.from({ length: count + groups }, () => randomUUID());
        const rows = ids.map((id, place) => ({
          ...{ id, teamId: session.team_id, sessionId: session.id, key: `task-${place}`, position: place },
          parentTaskId: place < groups || groups === 0 ? null : (ids[(place - groups) % groups] ?? null),
          title: `Implement part ${place} of a large undertaking`,
          ...{ description: '', priority: 'normal' as const, capabilities: ['code_generation' as const] },
          ...{ technologies: [], optional: false, writes: [], verification: [] },
          estimate: estimateOf({ optimistic: 1, likely: 2, pessimistic: 4 }, 'blueprint'),
          planKey: null,
        }));
        // 1.3 edges a task, each to a later one: between groups when there are any, as plans have them.
        const from = Math.max(groups, 0);
        const edges = ids.slice(from).flatMap((id, place) => {
          const later = [place + 9, place % 3 === 0 ? place + 31 : -1].filter((to) => to > place && to < count);
          return later.map((to) => ({
            ...{ id: randomUUID(), fromTaskId: id, toTaskId: ids[from + to] ?? '', required: true, lagSeconds: 0 },
            type: 'finish_to_start' as const,
          }));
        });
        for (let at = 0; at < rows.length; at += 500) await store.tasks.insertAll(rows.slice(at, at + 500));
        for (let at = 0; at < edges.length; at += 2_000)
          await store.tasks.insertDependencies(session.id, edges.slice(at, at + 2_000));
        const states = ['completed', 'completed', 'in_progress', 'pending', 'pending', 'failed'];
        await database.db.execute(sql`update tasks set status = (${sql.raw(`array['${states.join("','")}']`)}::text[])[1 + position % 6]::task_status
          where session_id = ${session.id}::uuid`);
      },
    });
  } finally {
    await database.close();
  }
}

async function sessionOf(db: Db, slug: string): Promise<Row> {
  const result: unknown = await db.execute(sql`select id, team_id from sessions where slug = ${slug} limit 1`);
  const [row] = Reflect.get(Object(result), 'rows') as Row[];
  if (row === undefined) throw new Error(`There is no session ${slug}.`);
  return row;
}

/** Two seconds apart: output, tools and their ends, with an attempt, a check and a checkpoint now and then. */
async function addEvents(db: Db, session: Row, count: number): Promise<void> {
  await db.execute(sql`
    insert into events (id, team_id, session_id, seq, type, at, actor, payload)
    select gen_random_uuid(), ${session.team_id}::uuid, ${session.id}::uuid, s.last_seq + n, kind.type,
      clock_timestamp() - make_interval(secs => (${count}::int - n) * 2),
      '{"kind":"system","id":null,"name":"engine"}'::jsonb,
      jsonb_build_object('attemptId', 'attempt-' || (n / 500), 'taskId', 'task-' || (n / 500), 'epoch', 1, 'number', 1,
        'agent', 'AGENT-IMPLEMENTER-01', 'kind', 'text', 'sequence', n / 500, 'commit', md5(n::text), 'reason', 'periodic',
        'status', 'completed', 'tool', 'bash', 'callId', 'call-' || n, 'exitCode', 0, 'path', 'src/part-' || n || '.ts',
        'commands', '[]'::jsonb, 'input', jsonb_build_object('command', 'npm test -- part-' || n),
        'text', repeat('Line ' || n || ' of what an agent says. ', 1 + n % 6), 'output', repeat('ok ' || n || E'\n', 1 + n % 20))
    from sessions s cross join generate_series(1, ${count}::int) n cross join lateral (select case
      when n % 500 = 0 then 'attempt.started' when n % 500 = 499 then 'attempt.ended' when n % 500 = 250 then 'checkpoint.created'
      when n % 500 = 490 then 'verification.failed' when n % 3 = 0 then 'attempt.tool_called'
      when n % 7 = 0 then 'attempt.file_changed' else 'attempt.output' end as type) kind
    where s.id = ${session.id}::uuid`);
  await db.execute(sql`update sessions set last_seq = last_seq + ${count}::int where id = ${session.id}::uuid`);
}
