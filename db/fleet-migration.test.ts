import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { seedFleet } from '../server/application/fleet.ts';
import { defaultAgents } from '../server/domain/agent-fleet.ts';
import { makeWorld } from './testing/fixtures.ts';
import { openTestStore } from './testing/store.ts';

const migration = readFileSync(new URL('./migrations/0003_fleet.sql', import.meta.url), 'utf8');

describe.each(['pglite', 'postgres'] as const)('the fleet of an earlier version, on %s', (kind) => {
  test('agents nobody changed become what a new team begins with, and the others stay', async () => {
    const { store, database, close } = await openTestStore(kind);
    const { team, runtimeId } = await makeWorld(store);
    await database.db.execute(sql`delete from agents where team_id = ${team.id}::uuid`);
    await seedFleet(store, { teamId: team.id, runtimeId, uuid: () => crypto.randomUUID() });
    await database.db.execute(sql`update agents set permission_preset = 'standard', preferred_session_types = '{}',
      preferred_complexity = 'moderate', primary_capabilities = '{testing}', secondary_capabilities = '{debugging}'
      where team_id = ${team.id}::uuid`);
    await database.db.execute(
      sql`update agents set version = 2 where name = 'AGENT-ANALYST-01' and team_id = ${team.id}::uuid`,
    );
    await database.db.execute(sql.raw(migration));
    for (const agent of await store.agents.list(team.id)) {
      const seed = defaultAgents.find(({ name }) => name === agent.name);
      if (agent.name === 'AGENT-ANALYST-01') expect(agent.primaryCapabilities).toEqual(['testing']);
      else expect(agent).toMatchObject({ ...seed });
    }
    await close();
  });
});
