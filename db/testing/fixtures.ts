import { randomUUID } from 'node:crypto';
import type { Store, Tx } from '../../server/application/store-port.ts';
import type { Repository, Team, User } from '../../server/application/team-port.ts';
import type { Actor } from '../../server/domain/actor.ts';
import type { Agent } from '../../server/domain/agent.ts';
import { defaultAgents } from '../../server/domain/agent-fleet.ts';
import type { Attempt, FailureClass } from '../../server/domain/attempt.ts';
import { emptyUsage } from '../../server/domain/metrics.ts';
import { type Session, slugOf } from '../../server/domain/session.ts';
import type { Task } from '../../server/domain/task.ts';

export const system: Actor = { kind: 'system', teamId: null, name: 'test' };

/** Waits for the next millisecond of the database's clock, the finest that PGlite and a Date know: order is then certain. */
export async function tick(store: Store): Promise<void> {
  const before = (await store.now()).getTime();
  while ((await store.now()).getTime() === before);
}

export interface World {
  team: Team;
  user: User;
  repository: Repository;
  runtimeId: string;
  agent: Agent;
}

/** A team with an admin, a repository, a runtime and one agent: what every session needs. */
export async function makeWorld(store: Store): Promise<World> {
  const mark = randomUUID().slice(0, 8);
  const team = await store.teams.create({ id: randomUUID(), name: `Team ${mark}`, slug: `team-${mark}` });
  const user = await store.users.create({
    id: randomUUID(),
    email: `${mark}@example.com`,
    name: 'Ada',
    passwordHash: null,
  });
  await store.users.addMembership({ teamId: team.id, userId: user.id, role: 'admin' });
  const repository = await store.repositories.create({
    id: randomUUID(),
    teamId: team.id,
    name: 'sample',
    source: '/srv/sample',
    kind: 'path',
    baseBranch: 'main',
    setup: [],
    verify: ['npm test'],
    createdBy: user.id,
  });
  const { id: runtimeId } = await store.runtimes.upsertEmbedded({ id: randomUUID(), name: `embedded-${mark}` });
  const seed = defaultAgents.find((one) => one.type === 'implementer');
  if (seed === undefined) throw new Error('There is no default implementer');
  await store.agents.create({
    ...seed,
    id: randomUUID(),
    teamId: team.id,
    runtimeId,
    model: null,
    temperature: 0.3,
    systemPrompt: 'Work.',
    permissionPreset: 'standard',
    preferredTechnologies: [],
    avoidedTechnologies: [],
    preferredSessionTypes: [],
    preferredComplexity: 'moderate',
    minimumQuality: 0.7,
    maxConcurrentTasks: 5,
    enabled: true,
    draining: false,
  });
  const agent = await store.agents.get(team.id, seed.name);
  if (agent === null) throw new Error('The agent was not stored');
  return { team, user, repository, runtimeId, agent };
}

type NewSession = Parameters<Store['sessions']['insert']>[0];

/** A pending session of the world's team. */
export async function addSession(store: Store | Tx, world: World, fields: Partial<NewSession> = {}): Promise<Session> {
  const number = await store.teams.nextSessionNumber(world.team.id);
  return store.sessions.insert({
    id: randomUUID(),
    teamId: world.team.id,
    slug: slugOf(number),
    title: `Session ${number}`,
    description: '',
    prompt: 'Do it.',
    type: 'execution',
    priority: 2,
    repositoryId: world.repository.id,
    blueprint: null,
    parameters: {},
    parentId: null,
    model: null,
    parallelism: 2,
    autonomy: 'auto',
    dependencyPolicy: 'skip',
    maxDurationSeconds: 3600,
    budget: null,
    tags: [],
    technologies: [],
    preferredAgent: null,
    preferredAgentType: null,
    createdBy: world.user.id,
    ...fields,
  });
}

/** A session that is queued, claimed by `owner` and running. */
export async function addRunning(store: Store, world: World, owner = 'owner-1', leaseSeconds = 30): Promise<Session> {
  const { id } = await addSession(store, world);
  await store.sessions.move({ sessionId: id, to: 'queued', guard: {}, reason: 'test', actor: system });
  await store.sessions.claimQueued(owner, leaseSeconds, 100);
  return store.sessions.moveAndRead({ sessionId: id, to: 'running', guard: {}, reason: 'test', actor: system });
}

type NewTask = Parameters<Store['tasks']['insertAll']>[0][number];

/** A pending task at the end of the session's list. */
export async function addTask(store: Store, session: Session, fields: Partial<NewTask> = {}): Promise<Task> {
  const id = randomUUID();
  const position = (await store.tasks.bySession(session.id)).length;
  await store.tasks.insertAll([
    {
      id,
      teamId: session.teamId,
      sessionId: session.id,
      key: String(position + 1),
      position,
      parentTaskId: null,
      title: 'Add a thing',
      description: '',
      priority: 'normal',
      capabilities: ['code_generation'],
      technologies: [],
      optional: false,
      writes: [],
      verification: [],
      estimate: { optimistic: 1, likely: 2, pessimistic: 6, expected: 2.5, sd: 0.83, confidence: 0.5, source: 'text' },
      ...fields,
    },
  ]);
  const task = await store.tasks.get(session.teamId, fields.id ?? id);
  if (task === null) throw new Error('The task was not stored');
  return task;
}

type NewAttempt = Parameters<Store['attempts']['insert']>[0];

/** An attempt of the task under the session's epoch. */
export async function addAttempt(
  store: Store | Tx,
  world: World,
  session: Session,
  task: Task,
  number = 1,
  fields: Partial<NewAttempt> = {},
): Promise<Attempt> {
  return store.attempts.insert({
    id: randomUUID(),
    teamId: session.teamId,
    sessionId: session.id,
    taskId: task.id,
    number,
    epoch: session.epoch,
    agentId: world.agent.id,
    runtimeId: world.runtimeId,
    remoteSessionId: `ses_${randomUUID()}`,
    remoteMessageId: `msg_${randomUUID()}`,
    remotePartId: `prt_${randomUUID()}`,
    prompt: 'Do it.',
    system: 'Be brief.',
    model: null,
    ...fields,
  });
}

/** Ends an attempt along its table: proven, claimed, or failed with the class. */
export async function endAttempt(
  store: Store,
  { id, epoch }: Attempt,
  how: 'proven' | 'claimed' | FailureClass,
  calls = 1,
): Promise<Attempt> {
  const usage = { ...emptyUsage, inputTokens: calls * 900, outputTokens: calls * 100, costUsd: calls * 0.25 };
  await store.attempts.update(id, { status: 'running', calls, usage }, { epoch });
  if (how !== 'proven' && how !== 'claimed')
    return store.attempts.update(id, { status: 'failed', failure: how }, { epoch });
  const evidence = {
    commands: [],
    files: [],
    filesTotal: 0,
    treeHash: null,
    claimed: how === 'claimed',
    verifiedAt: '2026-01-01T00:00:00.000Z',
  };
  await store.attempts.update(id, { status: 'verifying', evidence }, { epoch });
  return store.attempts.update(id, { status: 'succeeded' }, { epoch });
}
