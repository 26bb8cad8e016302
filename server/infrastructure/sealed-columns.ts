import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { runtimes } from '../../db/schema/agents.ts';
import { externalAgents } from '../../db/schema/external.ts';
import { secondFactors } from '../../db/schema/people.ts';
import { webhooks } from '../../db/schema/webhooks.ts';

/**
 * Every column that holds sealed text, so that a rotation of the key forgets none. A text at row 7 of `name` is sealed
 * with the place `<name>:7`; the part behind the dot is the field's name in the schema.
 */
export const sealedColumns: readonly { table: PgTable; id: PgColumn; column: PgColumn; name: string }[] = [
  { table: runtimes, id: runtimes.id, column: runtimes.credentials, name: 'runtimes.credentials' },
  { table: webhooks, id: webhooks.id, column: webhooks.secret, name: 'webhooks.secret' },
  { table: webhooks, id: webhooks.id, column: webhooks.previousSecret, name: 'webhooks.previousSecret' },
  {
    table: externalAgents,
    id: externalAgents.agentId,
    column: externalAgents.signingSecret,
    name: 'external_agents.signingSecret',
  },
  { table: secondFactors, id: secondFactors.userId, column: secondFactors.secret, name: 'second_factors.secret' },
];
