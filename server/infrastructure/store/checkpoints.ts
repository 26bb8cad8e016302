import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { checkpoints } from '../../../db/schema/checkpoints.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { type Checkpoint, keptCheckpoints } from '../../domain/checkpoint.ts';
import { DomainError } from '../../domain/errors.ts';
import { createEvents } from './events.ts';
import type { Handle } from './handle.ts';
import { repositoryOf } from './repositories.ts';
import { storable } from './rows.ts';

export function createCheckpoints(handle: Handle): Aggregates['checkpoints'] {
  const select = async (where: ReturnType<typeof and>, newest: boolean, limit: number): Promise<Checkpoint[]> => {
    const rows = await handle.db
      .select()
      .from(checkpoints)
      .where(where)
      .orderBy(newest ? desc(checkpoints.sequence) : asc(checkpoints.sequence))
      .limit(limit);
    return rows.map(({ teamId: _, ...checkpoint }) => checkpoint);
  };

  return {
    create: (checkpoint, actor) =>
      handle.atomically(async (tx) => {
        // The counter is the session's own, so a pruned sequence is never given again.
        const [next] = await tx.rows(sql`update sessions set last_checkpoint_sequence = last_checkpoint_sequence + 1
          where id = ${checkpoint.sessionId}::uuid returning last_checkpoint_sequence as sequence`);
        if (next === undefined) throw new DomainError('NOT_FOUND', 'There is no such session');
        const sequence = Number(next.sequence);
        const [row] = await tx.db
          .insert(checkpoints)
          .values(storable({ ...checkpoint, sequence }))
          .returning();
        if (row === undefined) throw new DomainError('INTERNAL', 'The checkpoint was not stored');
        await tx.rows(sql`delete from checkpoints where session_id = ${checkpoint.sessionId}::uuid
          and sequence <= ${sequence - keptCheckpoints}::int`);
        await createEvents(tx).append(checkpoint.sessionId, [
          {
            type: 'checkpoint.created',
            actor,
            payload: { sequence, reason: checkpoint.reason, commit: checkpoint.commit },
          },
        ]);
        const { teamId: _, ...stored } = row;
        return stored;
      }),

    list: (sessionId) => select(eq(checkpoints.sessionId, sessionId), false, keptCheckpoints),

    async get(sessionId, sequence) {
      return (
        (await select(and(eq(checkpoints.sessionId, sessionId), eq(checkpoints.sequence, sequence)), true, 1))[0] ??
        null
      );
    },

    async latest(sessionId) {
      return (
        (await select(and(eq(checkpoints.sessionId, sessionId), eq(checkpoints.undone, false)), true, 1))[0] ?? null
      );
    },

    async undoAfter(sessionId, sequence) {
      await handle.db
        .update(checkpoints)
        .set({ undone: true })
        .where(and(eq(checkpoints.sessionId, sessionId), gt(checkpoints.sequence, sequence)));
    },

    async pruned(days) {
      const rows =
        await handle.rows(sql`select r.*, s.id as session_id, s.last_checkpoint_sequence - ${keptCheckpoints}::int as up_to
        from sessions s join repositories r on r.id = s.repository_id
        where s.last_checkpoint_sequence > ${keptCheckpoints}::int and exists (select 1 from checkpoints c
          where c.session_id = s.id and c.created_at > clock_timestamp() - make_interval(days => ${days}::int))`);
      return rows.map((row) => ({
        sessionId: String(row.session_id),
        upTo: Number(row.up_to),
        repository: repositoryOf(row),
      }));
    },
  };
}
