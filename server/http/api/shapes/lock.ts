import { z } from 'zod';
import type { LockHolding } from '../../../application/coordination-port.ts';
import type { LocksView } from '../../../application/locks.ts';
import { count } from './fields.ts';

const party = {
  owner: z.string(),
  resources: z.array(z.string()),
  priority: z.int().min(0).max(10),
};

export const lockHolderShape = z
  .strictObject({
    ...party,
    fencing: z.int().nullable().describe('What its writes are judged by; null while it is being taken.'),
    heldMs: count,
    expiresInMs: count.nullable(),
  })
  .meta({ id: 'LockHolder' });

export const locksShape = z
  .strictObject({
    kind: z.enum(['in_process', 'redis']),
    items: z.array(
      z.strictObject({
        resource: z.string(),
        name: z.string(),
        holder: lockHolderShape.nullable(),
        waiters: z.array(z.strictObject({ ...party, waitedMs: count })),
      }),
    ),
    edges: z.array(z.strictObject({ from: z.string(), to: z.string(), resource: z.string(), held: z.boolean() })),
    others: count.describe('Queues of other teams.'),
  })
  .meta({ id: 'Locks' });

export function locksOut({ kind, queues, edges, names, others }: LocksView) {
  return {
    kind,
    items: queues.map(({ resource, holder, waiters }) => ({
      resource,
      name: names[resource] ?? resource,
      holder: holder === null ? null : lockHolderOut(holder),
      waiters: waiters.map(({ owner, resources, priority, waitedMs }) => ({
        owner,
        resources,
        priority,
        waitedMs: Math.round(waitedMs),
      })),
    })),
    edges: edges.map(({ from, to, resource, held }) => ({ from, to, resource, held })),
    others,
  };
}

export function lockHolderOut({ owner, resources, priority, fencing, heldMs, expiresInMs }: LockHolding) {
  return { owner, resources, priority, fencing, heldMs: Math.round(heldMs), expiresInMs };
}
