import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { blobs } from '../../../db/schema/events.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';

export function createBlobs(handle: Handle): Aggregates['blobs'] {
  return {
    async put(teamId, content) {
      const bytes = Buffer.from(content.toWellFormed(), 'utf8');
      const hash = createHash('sha256').update(bytes).digest('hex');
      await handle.db.insert(blobs).values({ teamId, hash, content: bytes }).onConflictDoNothing();
      return hash;
    },
    async get(teamId, hash) {
      const [row] = await handle.db
        .select({ content: blobs.content })
        .from(blobs)
        .where(and(eq(blobs.teamId, teamId), eq(blobs.hash, hash)));
      return row === undefined ? null : Buffer.from(row.content).toString('utf8');
    },
  };
}
