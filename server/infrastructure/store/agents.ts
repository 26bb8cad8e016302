import { eq, type SQL, sql } from 'drizzle-orm';
import { agents, runtimes } from '../../../db/schema/agents.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Agent } from '../../domain/agent.ts';
import { DomainError } from '../../domain/errors.ts';
import { createAgentRecords } from './agent-records.ts';
import { agentFacts, agentOf, agentRuntime, openAttempt, runtimeFacts } from './agent-row.ts';
import type { Handle } from './handle.ts';
import { assignments, isId, list, storable } from './rows.ts';

export function createAgents(handle: Handle, heartbeatSeconds: number): Aggregates['agents'] {
  async function select(where: SQL): Promise<Agent[]> {
    const rows = await handle.rows(sql`select a.*, facts.*, ${runtimeFacts} from agents a
      join ${agentRuntime} cross join ${agentFacts}
      where a.removed_at is null and ${where} order by a.name collate "C"`);
    return rows.map((row) => agentOf(row, heartbeatSeconds));
  }

  async function get(teamId: string, idOrName: string): Promise<Agent | null> {
    const named = isId(idOrName) ? sql`a.id = ${idOrName}::uuid` : sql`a.name = ${idOrName}`;
    return (await select(sql`a.team_id = ${teamId}::uuid and ${named}`))[0] ?? null;
  }

  return {
    ...createAgentRecords(handle, heartbeatSeconds),

    async create(agent) {
      await handle.db.insert(agents).values(
        storable({
          ...agent,
          primaryCapabilities: [...agent.primaryCapabilities],
          secondaryCapabilities: [...agent.secondaryCapabilities],
          preferredTechnologies: [...agent.preferredTechnologies],
          avoidedTechnologies: [...agent.avoidedTechnologies],
          preferredSessionTypes: [...agent.preferredSessionTypes],
        }),
      );
    },

    list: (teamId) => select(sql`a.team_id = ${teamId}::uuid`),

    get,

    async lockAll(teamId) {
      await handle.rows(sql`select id from agents where team_id = ${teamId}::uuid and removed_at is null
        order by id for no key update`);
    },

    async temperatureOf(id) {
      const [row] = await handle.db.select({ temperature: agents.temperature }).from(agents).where(eq(agents.id, id));
      return row?.temperature ?? null;
    },

    async heartbeat(runtimeId) {
      await handle.db.update(runtimes).set({ lastSeenAt: sql`clock_timestamp()` }).where(eq(runtimes.id, runtimeId));
      await handle.db
        .update(agents)
        .set({ lastHeartbeatAt: sql`clock_timestamp()` })
        .where(eq(agents.runtimeId, runtimeId));
    },

    async update(teamId, id, patch, version) {
      const rows = isId(id)
        ? await handle.rows(sql`update agents set ${list([sql`version = version + 1`, ...assignments(agents, patch)])}
            where team_id = ${teamId}::uuid and id = ${id}::uuid and removed_at is null
            ${version === undefined ? sql`` : sql`and version = ${version}::int`} returning id`)
        : [];
      const agent = isId(id) ? await get(teamId, id) : null;
      if (agent === null) throw new DomainError('NOT_FOUND', 'There is no such agent');
      if (rows.length > 0) return agent;
      throw new DomainError('CONFLICT', `The agent has changed meanwhile: it is at version ${agent.version}`, {
        details: { version: agent.version },
      });
    },

    remove: (teamId, id) =>
      handle.atomically(async (tx) => {
        // Whoever assigns holds this row too: after the lock every attempt given to the agent is seen.
        const locked = isId(id)
          ? await tx.rows(sql`select id from agents where team_id = ${teamId}::uuid and id = ${id}::uuid
              and removed_at is null for no key update`)
          : [];
        if (locked.length === 0) throw new DomainError('NOT_FOUND', 'There is no such agent');
        const [busy] = await tx.rows(sql`select count(*)::int as open from attempts o
          where o.agent_id = ${id}::uuid and ${openAttempt}`);
        if (Number(busy?.open) > 0)
          throw new DomainError('CONFLICT', 'The agent still works on a task; drain it and wait, or stop the session', {
            details: { openAttempts: Number(busy?.open) },
          });
        await tx.rows(
          sql`update agents set removed_at = clock_timestamp(), version = version + 1 where id = ${id}::uuid`,
        );
      }),
  };
}
