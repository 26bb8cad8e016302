import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import type { DatabaseKind } from '../../../db/client.ts';
import { events } from '../../../db/schema/events.ts';
import { emptyDatabase } from '../../../db/testing/database.ts';
import { openTestStore } from '../../../db/testing/store.ts';
import type { Actor, Role, Scope, TokenActor, UserActor } from '../../domain/actor.ts';
import type { Session, SessionStatus } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import { createInProcessLocks } from '../../infrastructure/coordination/in-process-locks.ts';
import { git, scratchFolder, scratchRepository } from '../../infrastructure/git/git-testing.ts';
import { createServices } from '../../services.ts';
import type { Settings } from '../deps.ts';
import { createDispatcher, type Dispatcher } from '../engine/dispatcher.ts';
import { createSweeper } from '../engine/sweeper.ts';
import { seedFleet } from '../fleet.ts';
import type { Repository, Team } from '../team-port.ts';
import { depsOf, online } from './house-deps.ts';

export const setupCode = 'the-code-of-the-log';

/** Everything of the application over a real database, real git and real commands; the agents are played by hand. */
export async function openHouse(kind: DatabaseKind) {
  const opened = await openTestStore(kind);
  const dataDir = scratchFolder();
  // Its instances share them, as those of one Redis do.
  const locks = createInProcessLocks({ fences: opened.store.locks });
  return { opened, dataDir, locks, nudges: new EventEmitter(), close: () => opened.close() };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

/** One instance of the program in a house: its services, dispatcher and sweeper. Several may share the house. */
export function createInstance(house: House, settings: Partial<Settings> = {}, runtimeId = online.id) {
  const { deps, ...hands } = depsOf(house, settings);
  return {
    deps,
    ...hands,
    services: createServices(deps, { setupCode, runtimeId }),
    dispatcher: createDispatcher(deps),
    sweeper: createSweeper(deps, runtimeId),
  };
}

export type Instance = ReturnType<typeof createInstance>;

export interface Place {
  team: Team;
  repository: Repository;
  /** Folder of the repository. */
  source: string;
  admin: UserActor;
  lead: UserActor;
  member: UserActor;
  /** Another member. */
  other: UserActor;
  viewer: UserActor;
}

/** Empties the house; then a team with people of every role, a fleet that is online, and a repository in git. */
export async function makePlace(
  house: House,
  options: { verify?: string[]; setup?: string[]; files?: Record<string, string> } = {},
): Promise<Place> {
  await emptyDatabase(house.opened.database);
  const place = await addTeam(house, 'house', options);
  return place;
}

/** One more team in the house. */
export async function addTeam(
  { opened: { store } }: House,
  slug: string,
  options: { verify?: string[]; setup?: string[]; files?: Record<string, string> } = {},
): Promise<Place> {
  const { id: runtimeId } = await store.runtimes.upsertEmbedded({ id: online.id, name: 'opencode-embedded' });
  const team = await store.teams.create({ id: randomUUID(), name: `Team ${slug}`, slug });
  await seedFleet(store, { teamId: team.id, runtimeId, uuid: randomUUID });
  await store.runtimes.setState(runtimeId, {
    state: 'online',
    detail: '',
    softwareVersion: '1.18.33',
    circuit: 'closed',
    parkedUntil: null,
  });
  await store.agents.heartbeat(runtimeId);
  const person = async (name: string, role: Role): Promise<UserActor> => {
    const email = `${name}@${slug}.example`;
    const user = await store.users.create({ id: randomUUID(), email, name, passwordHash: null });
    await store.users.addMembership({ teamId: team.id, userId: user.id, role });
    return { kind: 'user', id: user.id, teamId: team.id, role, name, email };
  };
  const source = scratchRepository(options.files ?? { 'README.md': '# Sample\n', 'a.txt': 'one\ntwo\nthree\n' });
  const admin = await person('ada', 'admin');
  const repository = await store.repositories.create({
    id: randomUUID(),
    teamId: team.id,
    name: `sample-${slug}`,
    source,
    kind: 'path',
    baseBranch: 'main',
    setup: options.setup ?? [],
    verify: options.verify ?? [],
    createdBy: admin.id,
  });
  return {
    team,
    repository,
    source,
    admin,
    lead: await person('leo', 'lead'),
    member: await person('mia', 'member'),
    other: await person('max', 'member'),
    viewer: await person('vic', 'viewer'),
  };
}

/** A token of this person with these scopes, as the API's gate would make it out. */
export function tokenOf(person: UserActor, scopes: readonly Scope[]): TokenActor {
  const { teamId, role } = person;
  return { kind: 'token', id: randomUUID(), teamId, role, userId: person.id, scopes, name: `${person.name}'s token` };
}

/** Creates a session; every field may be said. Unless said otherwise it is one task, so that nothing is planned first. */
export function addSession(
  instance: Instance,
  place: Place,
  fields: Record<string, unknown> = {},
  actor: Actor = place.admin,
): Promise<Session> {
  const plain = {
    title: 'Add the thing',
    prompt: 'Do it.',
    repositoryId: place.repository.id,
    blueprint: 'single_task',
  };
  return instance.services.sessions.create(actor, { ...plain, ...fields });
}

/** Puts a session into a status beside the table, as if it had come there. */
export async function putInto(house: House, session: Session, status: SessionStatus): Promise<Session> {
  const { store, database } = house.opened;
  const executing = status === 'running' || status === 'degraded';
  await database.db.execute(sql`update sessions set status = ${status}::session_status,
    started_at = case when ${executing} then clock_timestamp() else started_at end where id = ${session.id}::uuid`);
  const put = await store.sessions.byId(session.id);
  if (put === null) throw new Error('The session is gone');
  return put;
}

/**
 * Until something asks for the next look, as between two of the program's own, but shorter. Looking without a pause
 * would take the processor from the work that is waited for.
 */
async function rest({ nudges }: House): Promise<void> {
  const over = AbortSignal.timeout(40);
  await once(nudges, 'nudge', { signal: over }).catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
}

/** Ticks until the session is as wanted; the last session seen is part of the failure otherwise. */
export async function until(
  house: House,
  dispatchers: readonly Dispatcher[],
  id: string,
  wanted: (session: Session, tasks: Task[]) => boolean | Promise<boolean>,
  seconds = 50,
): Promise<Session> {
  const { store } = house.opened;
  for (const startedAt = Date.now(); ; ) {
    for (const dispatcher of dispatchers) await dispatcher.tick();
    const session = await store.sessions.byId(id);
    if (session === null) throw new Error('The session is gone');
    const tasks = await store.tasks.bySession(id);
    if (await wanted(session, tasks)) return session;
    if (Date.now() - startedAt > seconds * 1000) {
      const shown = tasks.map((task) => `${task.key} ${task.status} ${task.reason ?? ''}`).join('; ');
      throw new Error(`It is still ${session.status} (${session.cause ?? session.error?.message ?? ''}): ${shown}`);
    }
    await rest(house);
  }
}

/** Ticks while a command waits for the effect that only its session's owner brings. */
export async function whileTicking<T>(dispatcher: Dispatcher, work: Promise<T>): Promise<T> {
  let over = false;
  const ticks = (async () => {
    while (!over) {
      await dispatcher.tick();
      await sleep(10);
    }
  })();
  return work.finally(async () => {
    over = true;
    await ticks;
  });
}

/** All events of a session; throws unless the numbers are gap-free from 1. */
export async function historyOf({ opened: { store } }: House, id: string) {
  const events = await store.events.list(id, { after: 0, limit: 10_000 });
  events.forEach((event, place) => {
    if (event.seq !== place + 1) throw new Error(`Event ${place + 1} has the number ${event.seq}`);
  });
  return events;
}

/**
 * The whole feed of a team. It stays behind every transaction that is open on the server, also those of tests beside this
 * one, so it is waited for.
 */
export async function feedOf({ opened: { store, database } }: House, teamId: string) {
  for (const startedAt = Date.now(); ; await sleep(20)) {
    const stored = await database.db.$count(events, eq(events.teamId, teamId));
    const feed = await store.events.team(teamId, { after: 0, limit: 1_000 });
    if (feed.length >= stored) return feed;
    if (Date.now() - startedAt > 30_000) throw new Error(`The feed holds ${feed.length} of ${stored} events`);
  }
}

/** The subjects of the session branch's commits after the base, oldest first, each with its task's key. */
export function landed(place: Place, session: Session): { commit: string; key: string; attempt: string }[] {
  const format =
    '%H %(trailers:key=Orchestrator-Task,valueonly,separator=%x20) %(trailers:key=Orchestrator-Attempt,valueonly,separator=%x20)';
  const text = git(place.source, 'log', '--reverse', `--format=${format}`, `${session.baseCommit}..${session.branch}`);
  return text.split('\n').flatMap((line) => {
    const [commit = '', key = '', attempt = ''] = line.split(' ');
    return commit === '' ? [] : [{ commit, key, attempt }];
  });
}

/** A file's content at the head of the session's branch. */
export const fileAt = (place: Place, session: Session, path: string): string =>
  git(place.source, 'show', `${session.branch}:${path}`);
