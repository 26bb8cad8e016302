import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import { maxRecoveries } from '../../domain/session-life.ts';
import { refreshAttention } from '../asks/settle.ts';
import { followReset } from '../checkpoints.ts';
import type { Deps } from '../deps.ts';
import { endSession } from '../sessions/endings.ts';
import { deliverAnswers } from './answers.ts';
import { beginSession } from './begin.ts';
import { carryOut } from './carry-out.ts';
import { createDrivers } from './drivers.ts';
import { engineActor } from './engine-actor.ts';
import { completeIfMerged, landedAlready } from './land.ts';
import { planSession } from './plan.ts';
import { scheduleSession } from './schedule.ts';
import { isHere, leaveStranded, receiveSession } from './stranded.ts';

/** Sessions one instance holds at once; more stay queued. */
const capacity = 32;

/** A queued session has no deadline yet: what keeps it from beginning so often in a row ends it with the reason. */
const maxStumbles = 30;

/** Waits for a part of a stop, and says its name where that takes long. */
type Patience = (name: () => string, work: () => Promise<unknown>) => Promise<unknown>;

/**
 * The engine's one way of working: settle expired leases, claim, then bring every owned session one step on. Boot, tick
 * and recovery are the same calls; what to do follows from the database alone, never from this process's memory.
 */
export function createDispatcher(deps: Deps) {
  const { store, log, settings, clock } = deps;
  const drivers = createDrivers(deps);
  const busy = new Map<string, { slug: string; work: Promise<void> }>();
  const stumbles = new Map<string, number>();
  let held = new Map<string, number>();
  /** Under which epoch each session was received here; a handle, as the drivers are. */
  const received = new Map<string, number>();
  let formerOwners = settings.formerOwners;
  let stopping = false;

  async function settleLeases(): Promise<void> {
    const taken = await store.sessions.takeOver(
      settings.owner,
      settings.leaseSeconds,
      formerOwners,
      // At boot it is not adopted yet, but known to live.
      deps.runtime.status().pid !== null,
    );
    formerOwners = [];
    for (const { session, previousOwner, expired } of taken) {
      await drivers.detach(session.id);
      log.warn({ session: session.slug, previousOwner, expired, epoch: session.epoch }, 'Took over a session');
      if (!expired || !isExecuting(session.status)) continue;
      // Only an expired lease counts, under work that may have brought the owner down, and progress forgives: see
      // docs/decisions.
      const open = await openOf(session.id);
      if (open.length === 0 && session.plannedAt !== null) continue;
      const recoveries = session.recoveries + 1;
      if (recoveries <= maxRecoveries) {
        await store.sessions.update(session.id, { recoveries }, { epoch: session.epoch });
        continue;
      }
      const ended: Attempt[] = [];
      // Work that is on the branch already counts: a retry would bring it twice.
      for (const attempt of open)
        if (!(await landedAlready(deps, () => completeIfMerged(deps, session, attempt), attempt))) ended.push(attempt);
      await store.transaction(async (tx) => {
        const locked = await tx.sessions.lock(session.id);
        const message = `Its owner was lost ${recoveries} times without any progress between.`;
        await endSession(tx, locked, {
          to: 'orphaned',
          reason: message,
          actor: engineActor(session.teamId),
          now: clock(),
          epoch: session.epoch,
          error: { code: 'ORPHANED', message, context: {} },
        });
      });
      await drivers.abortRemote(ended);
    }
  }

  const openOf = async (id: string) =>
    (await store.attempts.bySession(id)).filter((attempt) => !attemptEnded(attempt.status));

  const oursOf = async (id: string) =>
    (await store.attempts.bySession(id)).filter(
      (attempt) =>
        isHere(deps, attempt) &&
        (!attemptEnded(attempt.status) || (attempt.status === 'superseded' && attempt.retiredAt === null)),
    );

  async function advance(id: string): Promise<void> {
    let session: Session | null = await store.sessions.byId(id);
    if (!session || session.owner !== settings.owner) return;
    await receive(session);
    if (session.pendingCommand !== null && isExecuting(session.status)) {
      await drivers.detach(id);
      return carryOut(deps, session, session.pendingCommand);
    }
    if (session.status === 'queued') session = await beginSession(deps, session);
    if (!session || !isExecuting(session.status)) return;
    if (session.resetTo !== null) await followReset(deps, session);
    if (session.plannedAt === null) session = await planSession(deps, session, drivers);
    if (session === null) return;
    if (session.planApprovedAt === null) return askForApproval(session);
    await deliverAnswers(deps, session);
    await scheduleSession(deps, session, drivers);
  }

  /** Once under each epoch, before anything else: what another instance left behind is no longer to be waited for. */
  async function receive(session: Session): Promise<void> {
    if (received.get(session.id) === session.epoch) return;
    await receiveSession(deps, session);
    const left = await leaveStranded(deps, session);
    for (const { id, instanceId } of left)
      log.warn({ session: session.slug, attempt: id, instance: instanceId }, 'Gave up an attempt of another instance');
    received.set(session.id, session.epoch);
    // A server of its own lives on where the instance died: its run is to be ended there.
    const external = left.filter(({ runtimeId }) => runtimeId !== deps.runtime.status().id);
    await drivers.abortRemote(external).catch((error: unknown) => log.warn({ err: error }, 'A run given up may go on'));
  }

  /** A pause or a retry took the lamp away; the plan waits all the same. */
  async function askForApproval({ id, teamId, attention }: Session): Promise<void> {
    if (attention.kind !== 'none') return;
    await store.transaction(async (tx) => {
      await tx.sessions.lock(id);
      await refreshAttention(tx, id, engineActor(teamId));
    });
  }

  /** Whoever waits for it is told; one that runs has its deadline, and a database that is away is no fault of a session. */
  async function stumbled({ id, epoch, status, teamId }: Session, error: unknown): Promise<void> {
    if (status !== 'queued' || errorCodeOf(error) === 'UNAVAILABLE') return;
    const count = (stumbles.get(id) ?? 0) + 1;
    stumbles.set(id, count);
    if (count < maxStumbles) return;
    stumbles.delete(id);
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    await store.transaction(async (tx) => {
      const locked = await tx.sessions.lock(id);
      if (locked.status !== 'queued') return;
      await endSession(tx, locked, {
        to: 'failed',
        reason: `workspace: ${message}`,
        actor: engineActor(teamId),
        now: clock(),
        epoch,
        error: { code: 'WORKSPACE', message, context: { tries: count } },
      });
    });
  }

  /** Sessions do not wait for each other: a slow git fetch of one holds up that one only. */
  function step(session: Session): void {
    if (busy.has(session.id)) return;
    const work = advance(session.id)
      .then(() => {
        stumbles.delete(session.id);
      })
      .catch((error: unknown) => {
        if (errorCodeOf(error) === 'CONFLICT') {
          log.info({ session: session.slug }, 'The session moved on meanwhile');
          return;
        }
        log.error({ session: session.slug, err: error }, 'A step of the session failed; it is tried again');
        return stumbled(session, error);
      })
      .catch((error: unknown) => log.error({ session: session.slug, err: error }, 'Giving the session up failed'))
      .finally(() => busy.delete(session.id));
    busy.set(session.id, { slug: session.slug, work });
  }

  async function letGo(): Promise<void> {
    await drivers.detachAll();
    await Promise.allSettled([...busy.values()].map(({ work }) => work));
    await drivers.detachAll();
  }

  return {
    async tick(): Promise<void> {
      if (stopping) return;
      const waiting = await store.sessions.waiting(settings.owner, formerOwners);
      if (waiting.lost) await settleLeases();
      const room = capacity - held.size;
      if (waiting.queued && room > 0) {
        const claimed = await store.sessions.claimQueued(settings.owner, settings.leaseSeconds, room);
        if (claimed.length > 0) deps.fault('after_claim');
      }
      const any = waiting.lost || waiting.queued || waiting.owned;
      const owned = any ? await store.sessions.owned(settings.owner) : [];
      held = new Map(owned.map((session) => [session.id, session.epoch]));
      drivers.keepSessions(new Set(held.keys()));
      for (const id of received.keys()) if (!held.has(id)) received.delete(id);
      for (const session of owned) step(session);
    },

    /** Renews what this instance holds; what it lost is let go of at once. */
    async renew(): Promise<void> {
      if (stopping || held.size === 0) return;
      const refused = await store.sessions.renew(
        settings.owner,
        [...held].map(([id, epoch]) => ({ id, epoch })),
        settings.leaseSeconds,
      );
      for (const id of refused) {
        const epoch = held.get(id);
        held.delete(id);
        const session = await store.sessions.byId(id);
        // Ended or paused by ourselves: nothing was lost.
        if (!session || (session.epoch === epoch && session.owner === null && !isExecuting(session.status))) continue;
        log.warn({ session: session.slug, owner: session.owner }, 'The lease was refused; its run is let go of');
        await drivers.detach(id);
        // Also those that the new owner has given up meanwhile: their runs are still ours to end.
        if (session.owner !== settings.owner) await drivers.abortRemote(await oursOf(id));
      }
      deps.nudge();
    },

    /** How many sessions and attempts this process works on now. */
    load: () => ({ sessions: held.size, attempts: drivers.count() }),

    /** Lets go of every run as a crash does: the leases stay, and whoever looks next takes the work up again. */
    async abandon(): Promise<void> {
      stopping = true;
      await letGo();
    },

    /**
     * Stops claiming, lets go of every run and gives the leases back, so that another start goes on at once. A step that
     * hangs longer than `within` waits keeps none of them: what it still writes is refused by its epoch.
     */
    async stop(within: Patience = (_name, work) => work()): Promise<void> {
      stopping = true;
      const underWay = () => [...busy.values()].map(({ slug }) => slug).join(', ') || 'runs';
      await within(() => `the steps of ${underWay()}`, letGo);
      await store.sessions.release(settings.owner);
    },
  };
}

export type Dispatcher = ReturnType<typeof createDispatcher>;
