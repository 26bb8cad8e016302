import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import type fc from 'fast-check';
import { attemptEnded } from '../../domain/attempt.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { SessionStatus } from '../../domain/session.ts';
import { createInstance, type House, historyOf, type Instance, makePlace, type Place } from './house.ts';

/** What is expected of one session; written down from the rules a second time, not read from the code. */
export interface ExpectedSession {
  id: string;
  status: SessionStatus;
  /** Which instance runs it. */
  owner: 0 | 1 | null;
  deleted: boolean;
  retries: number;
  /** Owners lost since it was last begun by a person. */
  losses: number;
  checkpoints: number;
  /** Its branch and its task exist. */
  begun: boolean;
  /** An attempt is open: at work, or kept for after the pause. */
  open: boolean;
}

export interface Expected {
  sessions: ExpectedSession[];
  quota: number;
}

/** Two instances over one database, whose agents work until they are told to end. */
export interface Real {
  house: House;
  place: Place;
  instances: readonly [Instance, Instance];
  /** Ends the present run of a session well, also one that is only about to begin, until `done` is called. */
  finish(sessionId: string): { done(): void };
}

export type SessionCommand = fc.AsyncCommand<Expected, Real>;

export async function beginModel(house: House, quota: number): Promise<{ model: Expected; real: Real }> {
  const place = await makePlace(house);
  await house.opened.database.db.execute(sql`update teams set max_active_sessions = ${quota}`);
  const instances = [createInstance(house, { owner: 'house.1' }), createInstance(house, { owner: 'house.2' })] as const;
  const finishers = new Map<string, () => void>();
  const finishing = new Set<string>();
  for (const { play } of instances)
    play.current = ({ order }) =>
      new Promise((resolve) => {
        const end = () => resolve({ type: 'completed', text: 'Done' });
        finishers.set(order.sessionId, end);
        if (finishing.has(order.sessionId)) end();
      });
  return {
    model: { sessions: [], quota },
    real: {
      house,
      place,
      instances,
      // The rows say that it runs before its new owner's agent is at work.
      finish(id) {
        finishing.add(id);
        finishers.get(id)?.();
        return { done: () => void finishing.delete(id) };
      },
    },
  };
}

export const active = (status: SessionStatus) => ['pending', 'queued', 'running', 'paused'].includes(status);

/** The call is refused with this code, and with nothing else. */
export async function refused(code: string, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => 'accepted',
    (error: unknown) => errorCodeOf(error) ?? String(error),
  );
  if (outcome !== code) throw new Error(`Expected ${code}, and it was ${outcome}`);
}

/** Ticks these instances until the session's row and attempts are as expected. */
export async function settle(real: Real, expected: ExpectedSession, ticking: readonly Instance[]): Promise<void> {
  for (const began = Date.now(); ; ) {
    for (const { dispatcher } of ticking) await dispatcher.tick();
    const found = await seen(real, expected);
    const wanted = wish(expected);
    if (isDeepStrictEqual(found, wanted)) return;
    if (Date.now() - began > 20_000)
      throw new Error(`Session ${expected.id} is\n${JSON.stringify(found)}, not\n${JSON.stringify(wanted)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const wish = ({ status, owner, deleted, retries, losses, checkpoints, open }: ExpectedSession) => ({
  status,
  owner: owner === null ? null : `house.${owner + 1}`,
  deleted,
  retries,
  losses,
  checkpoints,
  command: null,
  attempts: open ? [status === 'running' ? 'running' : 'waiting'] : [],
  fenced: true,
});

async function seen({ house, place }: Real, { id }: ExpectedSession): Promise<ReturnType<typeof wish>> {
  const { store } = house.opened;
  const session = await store.sessions.get(place.team.id, id, { deleted: true });
  if (session === null) throw new Error(`Session ${id} is gone`);
  const attempts = (await store.attempts.bySession(id)).filter(({ status }) => !attemptEnded(status));
  return {
    status: session.status,
    owner: session.owner,
    deleted: session.deletedAt !== null,
    retries: session.retryCount,
    losses: session.recoveries,
    checkpoints: (await store.checkpoints.list(id)).length,
    command: session.pendingCommand as null,
    attempts: attempts.map(({ status }) => status as string),
    fenced: attempts.every(({ epoch }) => epoch === session.epoch),
  };
}

/** All of it as it must stand between two commands: rows, slots of the quota, load of the agents, histories. */
export async function inspect(real: Real, model: Expected): Promise<void> {
  const { house, place } = real;
  const { store } = house.opened;
  for (const expected of model.sessions) {
    await settle(real, expected, []);
    expectSound(expected, await historyOf(house, expected.id));
  }
  const slots = model.sessions.filter(({ status }) => active(status)).length;
  if ((await store.sessions.countActive(place.team.id)) !== slots) throw new Error(`The quota does not count ${slots}`);
  // One that was resumed and waits for its owner keeps its agent's slot; a paused one does not.
  const working = model.sessions.filter(({ status, open }) => status !== 'paused' && open).length;
  const load = (await store.agents.list(place.team.id)).reduce((sum, agent) => sum + agent.load.current, 0);
  if (load !== working) throw new Error(`${working} attempts run, and the agents' load is ${load}`);
  const { firstBroken } = await store.audit.verify(place.team.id);
  if (firstBroken !== null) throw new Error(`The audit chain breaks at entry ${firstBroken}`);
}

type History = Awaited<ReturnType<typeof historyOf>>;

/** Each move begins where the one before ended, epochs rise, and an attempt that was begun ends once. */
function expectSound({ id, status, open }: ExpectedSession, events: History): void {
  let at = 'pending';
  let epoch = 0;
  const begun = new Set<unknown>();
  const ended = new Set<unknown>();
  for (const { type, payload, seq } of events) {
    const told = `event ${seq} of ${id} (${type})`;
    if (type === 'session.status_changed') {
      if (payload.from !== at) throw new Error(`${told} begins at ${String(payload.from)}, not at ${at}`);
      at = String(payload.to);
    }
    if (type === 'recovery.taken_over') {
      if (Number(payload.epoch) <= epoch) throw new Error(`${told} does not raise the epoch ${epoch}`);
      epoch = Number(payload.epoch);
    }
    if (type === 'attempt.started') begun.add(payload.attemptId);
    if (type !== 'attempt.ended') continue;
    if (ended.has(payload.attemptId)) throw new Error(`${told} ends its attempt a second time`);
    ended.add(payload.attemptId);
  }
  if (at !== status) throw new Error(`The history of ${id} ends at ${at}, not at ${status}`);
  const left = [...begun].filter((attempt) => !ended.has(attempt)).length;
  if (left !== (open ? 1 : 0)) throw new Error(`${left} attempts of ${id} began and did not end`);
}

export async function endModel({ instances }: Real): Promise<void> {
  for (const { dispatcher } of instances) await dispatcher.stop();
}
