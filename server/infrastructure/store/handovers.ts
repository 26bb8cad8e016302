import { type SQL, sql } from 'drizzle-orm';
import type { Handover, Handovers } from '../../domain/handover.ts';
import { ranByAgent } from './agent-row.ts';
import type { Handle, Row } from './handle.ts';

/** Attempts `f` of the team's agents that ended since; the agents come first, so that their index is taken. */
const ended = (teamId: string, since: Date): SQL => sql`
  from agents g join attempts f on f.agent_id = g.id and f.ended_at >= ${since.toISOString()}::timestamptz
  where g.team_id = ${teamId}::uuid and f.role = 'work' and ${ranByAgent('f')}`;

/** Shares and hand-overs, each counted in the database. */
export async function readHandovers(handle: Handle, teamId: string, since: Date): Promise<Handovers> {
  const shares = await handle.rows(sql`select f.agent_id, count(*)::int as given,
    count(*) filter (where f.status = 'failed')::int as failed ${ended(teamId, since)} group by f.agent_id`);
  // The next attempt of the same task is another agent's: it was taken from the first, whatever the verdict called it.
  const rerouted =
    await handle.rows(sql`select one.agent_id as from_agent, n.agent_id as to_agent, count(*)::int as number
    from (select f.agent_id, f.task_id, f.number ${ended(teamId, since)} and f.status <> 'succeeded') one
    join attempts n on n.task_id = one.task_id and n.number = one.number + 1 and n.role = 'work'
    where n.agent_id <> one.agent_id group by 1, 2`);
  // The one that completed a task, and the first that was given a task which waited for it.
  const flowed =
    await handle.rows(sql`select one.agent_id as from_agent, n.agent_id as to_agent, count(*)::int as number
    from (select f.agent_id, f.task_id ${ended(teamId, since)} and f.status = 'succeeded') one
    join dependencies d on d.from_task_id = one.task_id
    join attempts n on n.task_id = d.to_task_id and n.number = 1 and n.role = 'work'
    where n.agent_id <> one.agent_id group by 1, 2`);
  return {
    since,
    shares: shares.map((row) => ({
      agentId: String(row.agent_id),
      given: Number(row.given),
      failed: Number(row.failed),
    })),
    handovers: joined(flowed, rerouted),
  };
}

function joined(flowed: readonly Row[], rerouted: readonly Row[]): Handover[] {
  const found = new Map<string, Handover>();
  for (const [rows, what] of [
    [flowed, 'flowed'],
    [rerouted, 'rerouted'],
  ] as const) {
    for (const row of rows) {
      const from = String(row.from_agent);
      const to = String(row.to_agent);
      const known = found.get(`${from} ${to}`) ?? { from, to, flowed: 0, rerouted: 0 };
      found.set(`${from} ${to}`, { ...known, [what]: Number(row.number) });
    }
  }
  return [...found.values()];
}
