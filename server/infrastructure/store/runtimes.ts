import { eq, sql } from 'drizzle-orm';
import { runtimes } from '../../../db/schema/agents.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

export function createRuntimes(handle: Handle): Aggregates['runtimes'] {
  return {
    async upsertEmbedded(row) {
      // The name is the identity: the id of the first start stays.
      const [stored] = await handle.db
        .insert(runtimes)
        .values({ ...row, kind: 'opencode_embedded', state: 'starting' })
        .onConflictDoUpdate({ target: runtimes.name, set: { state: 'starting' } })
        .returning({ id: runtimes.id, parkedUntil: runtimes.parkedUntil });
      if (stored === undefined) throw new DomainError('INTERNAL', 'The runtime was not stored');
      return stored;
    },

    async setState(id, state) {
      const seen = state.state === 'online' || state.state === 'degraded' ? { lastSeenAt: sql`clock_timestamp()` } : {};
      const changed = await handle.db
        .update(runtimes)
        .set({ ...storable(state), ...seen })
        .where(eq(runtimes.id, id))
        .returning({ id: runtimes.id });
      if (changed.length === 0) throw new DomainError('NOT_FOUND', 'There is no such runtime');
    },
  };
}
