/** Whose turn it is: deficit round robin between teams, priority with ageing inside one (domain.md 6). */

/**
 * What one service costs in each kind of queue: the quota a team begins with. A team earns its quota with each visit of the
 * round, so that teams of the usual quota get one service a visit.
 */
export const serviceCosts = { session: 10, attempt: 8 } as const;

/** Waiting this long brings one class up (domain.md 6). */
export const ageingSeconds = 600;

/** One waiting team in the round, and what it has earned and not spent: less than a service, unless its visit goes on. */
export interface Standing {
  readonly teamId: string;
  readonly credit: number;
}

/** The waiting teams in the order they are visited next. This alone must survive between two calls. */
export type Ring = readonly Standing[];

/** A team's share of a queue: `weight` is its quota, `room` how many more it may be served at all. */
export interface Share {
  readonly weight: number;
  readonly room?: number | undefined;
}

/** Somebody who waits. Priority 0 is the most urgent class. */
export interface Waiter {
  readonly id: string;
  readonly teamId: string;
  readonly priority: number;
  readonly since: Date;
}

/** The class somebody has reached by waiting: one up for each ten minutes, and never past the most urgent. */
export function agedClass({ priority, since }: Pick<Waiter, 'priority' | 'since'>, now: Date): number {
  const waited = Math.max(0, now.getTime() - since.getTime());
  return Math.max(0, priority - Math.floor(waited / (ageingSeconds * 1000)));
}

/** Negative when `a` goes before `b` of the same team: the better aged class, then who came first, then the id. */
export function byUrgency(a: Waiter, b: Waiter, now: Date): number {
  return (
    agedClass(a, now) - agedClass(b, now) ||
    a.since.getTime() - b.since.getTime() ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/**
 * The next up to `most` to be served, in order, and the ring as it stands after them (M. Shreedhar and G. Varghese,
 * Efficient fair queuing using deficit round robin, 1995). Every service costs the same.
 *
 * Nobody starves. Let a team of weight w wait without a break, and let x be one of its own.
 * - Of its own team, x is passed only by those that waited before it and by those of a better class that came within
 *   10 · priority minutes after it. Call those that are served before x a.
 * - Before x is served, another team of weight v is served at most ⌈(a + 1) · cost / w⌉ · v / cost + 1 times, however
 *   often it comes and goes. With n other teams and every weight the usual one, that is n · (a + 2) services of others.
 * - A free slot is never kept from whoever may have it.
 *
 * What ends the waiting (nobody of a team waits any more) ends its credit: nothing is saved up. A team that comes is visited
 * last. Teams without a share, or without room, wait for nothing here.
 */
export function nextInTurn<T extends Waiter>(
  ring: Ring,
  waiters: readonly T[],
  shares: ReadonlyMap<string, Share>,
  now: Date,
  most: number,
  cost: number = serviceCosts.session,
): { chosen: T[]; ring: Ring } {
  const queues = queuesOf(waiters, shares, now);
  const round = inRound(ring, queues);
  const chosen: T[] = [];
  let at = 0;
  for (let head = round[at]; head !== undefined && chosen.length < most; head = round[at]) {
    const { teamId } = head;
    const queue = queues.get(teamId);
    if (queue === undefined) break;
    // A visit that the limit of the last call cut short goes on: its quantum was given then.
    let credit = head.credit >= cost ? head.credit : head.credit + queue.quantum;
    while (credit >= cost && queue.next < queue.waiters.length && chosen.length < most) {
      const one = queue.waiters[queue.next];
      if (one !== undefined) chosen.push(one);
      queue.next += 1;
      credit -= cost;
    }
    if (queue.next >= queue.waiters.length) at += 1;
    else if (credit >= cost) round[at] = { teamId, credit };
    else {
      at += 1;
      round.push({ teamId, credit });
    }
  }
  return { chosen, ring: round.slice(at) };
}

interface Queue<T> {
  waiters: T[];
  quantum: number;
  next: number;
}

function queuesOf<T extends Waiter>(
  waiters: readonly T[],
  shares: ReadonlyMap<string, Share>,
  now: Date,
): Map<string, Queue<T>> {
  const queues = new Map<string, Queue<T>>();
  for (const one of waiters) {
    const share = shares.get(one.teamId);
    if (share === undefined || (share.room ?? 1) <= 0) continue;
    const queue = queues.get(one.teamId);
    if (queue === undefined)
      queues.set(one.teamId, { waiters: [one], quantum: Math.max(1, Math.floor(share.weight)), next: 0 });
    else queue.waiters.push(one);
  }
  for (const [teamId, queue] of queues) {
    queue.waiters.sort((a, b) => byUrgency(a, b, now));
    const room = shares.get(teamId)?.room;
    if (room !== undefined) queue.waiters.length = Math.min(queue.waiters.length, room);
  }
  return queues;
}

/** Those of the ring that still wait, then those that have come, whoever waits longest first. */
function inRound<T extends Waiter>(ring: Ring, queues: ReadonlyMap<string, Queue<T>>): Standing[] {
  const known = new Set(ring.map(({ teamId }) => teamId));
  const come = [...queues]
    .filter(([teamId]) => !known.has(teamId))
    .map(([teamId, { waiters }]) => ({ teamId, since: Math.min(...waiters.map((one) => one.since.getTime())) }))
    .sort((a, b) => a.since - b.since || (a.teamId < b.teamId ? -1 : 1));
  return [...ring.filter(({ teamId }) => queues.has(teamId)), ...come.map(({ teamId }) => ({ teamId, credit: 0 }))];
}
