import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { addAttempt, addTask } from '../../db/testing/fixtures.ts';
import { type Role, roles, type UserActor } from '../domain/actor.ts';
import type { ApiServer } from '../http/testing/api-server.ts';
import { makeSessionThings, makeTeamThings } from './whole-things.ts';

/** A team with somebody of every role, signed in and with a token of every scope, and one thing of each kind. */
export interface WholeTeam {
  readonly teamId: string;
  readonly slug: string;
  readonly people: Readonly<Record<Role, { actor: UserActor; login: string; token: string }>>;
  /** Ids by the word that stands before them in an address. */
  readonly ids: Readonly<Record<string, string>>;
  /** Number of entries in its record. */
  audit(): Promise<number>;
}

const blueprintOf = (key: string, name: string) => `key: ${key}
name: ${name}
version: 1
tasks:
  - key: only
    title: Add it
    estimate: { likely: 2 }
`;

/** Everything of it carries `mark`, so that it can be found wherever it does not belong. */
export async function makeWholeTeam({ services, store, issue }: ApiServer, mark: string): Promise<WholeTeam> {
  const team = await store.teams.create({ id: randomUUID(), name: `Team ${mark}`, slug: mark.toLowerCase() });
  const people = {} as Record<Role, { actor: UserActor; login: string; token: string }>;
  for (const role of roles) {
    const user = { id: randomUUID(), email: `${role}@${mark.toLowerCase()}.example`, name: `${mark} ${role}` };
    await store.users.create({ ...user, passwordHash: null });
    await store.users.addMembership({ teamId: team.id, userId: user.id, role });
    const login = randomBytes(32).toString('base64url');
    await store.logins.create({
      id: randomUUID(),
      userId: user.id,
      teamId: team.id,
      tokenHash: createHash('sha256').update(login).digest('hex'),
      userAgent: null,
      address: null,
      expiresAt: new Date(Date.now() + 3_600_000),
    });
    const actor: UserActor = { kind: 'user', ...user, teamId: team.id, role };
    people[role] = { actor, login, token: await issue(user.email) };
  }
  const { actor } = people.admin;
  const { id: runtimeId } = await store.runtimes.upsertEmbedded({ id: randomUUID(), name: 'embedded' });
  const agent = await services.agents.create(actor, {
    // The name stands in addresses, and is sent back where it is not known, so it does not carry the mark.
    name: `AGENT-${mark.length}`,
    type: 'implementer',
    primaryCapabilities: ['code_generation'],
  });
  const repository = await services.repositories.create(actor, { source: 'sample', name: `${mark} repository` });
  const session = await services.sessions.create(actor, {
    title: `${mark} session`,
    prompt: `${mark} prompt`,
    repositoryId: repository.id,
    blueprint: 'single_task',
  });
  // As if its plan stood: only then is anything else of its graph judged.
  const whole = await store.sessions.update(session.id, { plannedAt: new Date() }, {});
  const task = await addTask(store, whole, { title: `Add ${mark}` });
  const user = { ...actor, passwordHash: null, disabledAt: null, createdAt: new Date() };
  const attempt = await addAttempt(store, { team, user, repository, runtimeId, agent }, whole, task, 1, {
    epoch: Math.max(1, whole.epoch),
  });
  const context = await services.contexts.create(actor, { scope: 'global', name: `${mark} context`, data: { mark } });
  const second = await services.contexts.create(actor, {
    scope: 'global',
    name: `${mark} second`,
    data: { second: mark },
  });
  const blueprint = await services.blueprints.create(actor, {
    // The key stands in addresses, so it does not carry the mark.
    yaml: blueprintOf(`plan${mark.length}`, mark),
  });
  const webhook = await services.webhooks.create(actor, { name: `${mark} hook`, url: 'https://example.com/hook' });
  const token = await services.tokens.create(actor, { name: `${mark} token`, scopes: ['sessions:read'] });
  const runtime = await store.runtimes.create({
    id: randomUUID(),
    teamId: team.id,
    name: `${mark} runtime`,
    url: 'https://opencode.example.com',
    username: 'opencode',
    credentials: 'k1.sealed',
    capacity: 1,
    sight: {
      state: 'offline',
      detail: '',
      softwareVersion: null,
      circuit: 'closed',
      parkedUntil: null,
      models: null,
      filesSeen: false,
      answered: false,
    },
  });
  const standing = {
    services,
    store,
    actor,
    session: whole,
    task,
    attempt,
    source: repository.source,
    webhookId: webhook.id,
    mark,
  };
  return {
    teamId: team.id,
    slug: team.slug,
    people,
    ids: {
      ...(await makeSessionThings(standing)),
      ...(await makeTeamThings(standing)),
      sessions: session.id,
      tasks: task.id,
      attempts: attempt.id,
      agents: agent.id,
      'agent name': agent.name,
      repositories: repository.id,
      contexts: context.id,
      'second context': second.id,
      blueprints: blueprint.key,
      webhooks: webhook.id,
      tokens: token.id,
      runtimes: runtime.id,
      members: people.viewer.actor.id,
      people: people.viewer.actor.id,
      'personal-data': people.viewer.actor.id,
      teams: team.id,
    },
    audit: async () => (await services.audit.list(actor, {}, { limit: 1 })).total,
  };
}
