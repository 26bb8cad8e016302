import type { LockHolding, LockSnapshot, LockWaiting } from '../../application/coordination-port.ts';
import { type LockWaiter, waitEdges } from '../../domain/lock.ts';

type Told = [
  id: string,
  owner: string,
  resources: string,
  priority: string,
  arrival: string,
  since: string,
  left: number,
];
type Place = [resource: string, holder: Told | [], waiters: Told[]];

/** What the snapshot script answers, in the port's words; the numbers are the database's. */
export function snapshotOf(answer: unknown, fencing: ReadonlyMap<string, number>): LockSnapshot {
  const [now, ...places] = answer as [string, ...Place[]];
  const queues = places
    .map(([resource, holder, waiters]) => ({
      resource,
      holder: isTold(holder) ? holdingOf(holder, now, fencing.get(resource) ?? null) : null,
      waiters: waiters.map((told): LockWaiting => ({ ...waiterOf(told), waitedMs: since(told[4], now) })),
    }))
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
  return { kind: 'redis', queues, edges: waitEdges(queues) };
}

/** The resources a snapshot speaks of. */
export function resourcesIn(answer: unknown): string[] {
  const [, ...places] = answer as [string, ...Place[]];
  return places.map(([resource]) => resource);
}

/** Who was made to let go; null when nobody held it. */
export function forcedOf(answer: unknown, fencing: number | null): LockHolding | null {
  const [id, owner, resources, priority, arrival, began, now] = answer as string[];
  if (id === undefined || owner === undefined || now === undefined) return null;
  return holdingOf([id, owner, resources ?? '[]', priority ?? '0', arrival ?? now, began ?? now, 0], now, fencing);
}

function isTold(told: Told | []): told is Told {
  return told.length > 0;
}

const since = (micros: string, now: string) => Math.max(0, (Number(now) - Number(micros)) / 1_000);

function waiterOf([id, owner, resources, priority, arrival]: Told): LockWaiter {
  return {
    id,
    owner,
    resources: JSON.parse(resources) as string[],
    priority: Number(priority),
    arrival: Number(arrival) / 1_000,
  };
}

function holdingOf(told: Told, now: string, fencing: number | null): LockHolding {
  return { ...waiterOf(told), heldMs: since(told[5], now), expiresInMs: told[6], fencing };
}
