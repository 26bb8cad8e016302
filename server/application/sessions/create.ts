import { type Actor, authorize } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { readPlanAnswer } from '../../domain/plan-answer.ts';
import { fencedBlocks, unknownTargets } from '../../domain/rehearsal.ts';
import { isTerminal, type Session, slugOf } from '../../domain/session.ts';
import { createSessionInput } from '../../domain/session-input.ts';
import { unkeptCap } from '../budgets.ts';
import type { Deps } from '../deps.ts';
import { choosePlan, fallbackPlan, type Plannable } from '../plan-source.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import { personOf } from './find.ts';

/** Deepest allowed tree of sessions, root included (domain.md 1.2). */
const maxDepth = 5;

/** What a session continues that has ended for good: its branch begins at that work, and `within` is part of its making. */
export interface GoesOn {
  readonly commit: string;
  readonly within: (tx: Tx, created: Session) => Promise<void>;
}

/**
 * Creates a session, `pending`, or `queued` with `start`. Everything named must exist in the team (422 with the field),
 * the rehearsal blocks must be well-formed, and the team's quota is judged under its row lock with the insert.
 */
export async function createSession(
  deps: Deps,
  actor: Actor,
  raw: unknown,
  goesOn: GoesOn | null = null,
): Promise<Session> {
  const { store, secrets } = deps;
  const teamId = teamOf(actor);
  authorize(actor, 'session.create', { teamId });
  const parsed = createSessionInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const input = parsed.data;

  const repository = await store.repositories.get(teamId, input.repositoryId);
  if (!repository) throw invalid([{ path: 'repositoryId', message: 'There is no such repository.' }]);
  const issues = deps.checkRehearsal(input.prompt);
  if (issues.length > 0) throw invalid(issues);
  const asked = {
    teamId,
    title: input.title,
    prompt: input.prompt,
    blueprint: input.blueprint ?? null,
    parameters: input.parameters,
    parentId: input.parentId ?? null,
  };
  const keys = await keysToCome(deps, asked);
  const strangers = unknownTargets(fencedBlocks(input.prompt), keys);
  if (strangers.length > 0) throw invalid(strangers);
  await assertAgent(deps, teamId, input.preferredAgent);
  await refuseOnFullDisk(deps);

  const session = await store.transaction(async (tx) => {
    // Before the team's, as whoever ends it takes the two; its end finds this child, or this finds it ended.
    const named = input.parentId ? await tx.sessions.get(teamId, input.parentId) : null;
    const parent = named === null ? null : await tx.sessions.lock(named.id);
    const team = await tx.teams.lock(teamId);
    if (!team.active) throw new DomainError('NOT_FOUND', 'The team is deleted.');
    const active = await tx.sessions.countActive(teamId);
    if (active >= team.maxActiveSessions) {
      throw new DomainError(
        'QUOTA_EXCEEDED',
        `The team has ${active} active sessions; its limit is ${team.maxActiveSessions}. Stop, cancel or finish one first.`,
        { details: { limit: team.maxActiveSessions, active } },
      );
    }
    if (input.parentId) {
      if (!parent || parent.deletedAt !== null)
        throw invalid([{ path: 'parentId', message: 'There is no such session.' }]);
      if (isTerminal(parent.status) && goesOn === null)
        throw invalid([{ path: 'parentId', message: `That session is ${parent.status}.` }]);
      if ((await tx.sessions.ancestors(parent.id)).length + 2 > maxDepth)
        throw invalid([{ path: 'parentId', message: `Sessions nest at most ${maxDepth} deep.` }]);
    }
    const created = await tx.sessions.insert({
      id: secrets.uuid(),
      teamId,
      slug: slugOf(await tx.teams.nextSessionNumber(teamId)),
      title: input.title,
      description: input.description,
      prompt: input.prompt,
      type: input.type,
      priority: input.priority,
      repositoryId: repository.id,
      blueprint: input.blueprint ?? null,
      parameters: input.parameters,
      parentId: parent?.id ?? null,
      model: input.model ?? null,
      parallelism: input.parallelism,
      autonomy: input.autonomy,
      dependencyPolicy: input.dependencyPolicy,
      maxDurationSeconds: input.maxDurationSeconds,
      budget: input.budget ?? null,
      tags: input.tags,
      technologies: input.technologies,
      preferredAgent: input.preferredAgent ?? null,
      preferredAgentType: input.preferredAgentType ?? null,
      createdBy: personOf(actor),
      startCommit: goesOn?.commit ?? null,
    });
    await goesOn?.within(tx, created);
    await tx.events.append(created.id, [
      { type: 'session.created', actor, payload: { slug: created.slug, title: created.title, status: created.status } },
    ]);
    await tx.audit.append({
      teamId,
      actor,
      action: 'session.created',
      subject: { kind: 'session', id: created.id },
      after: { slug: created.slug },
    });
    const warning = unkeptCap(deps, created);
    if (warning !== null)
      await tx.events.append(created.id, [{ type: 'session.updated', actor, payload: { changes: {}, warning } }]);
    if (!input.start) return { ...created, lastSeq: warning === null ? 1 : 2 };
    return tx.sessions.moveAndRead({
      sessionId: created.id,
      to: 'queued',
      guard: { status: ['pending'] },
      reason: 'started with its creation',
      actor,
      patch: { queuedAt: deps.clock() },
    });
  });
  deps.nudge();
  return session;
}

/**
 * The keys the session's tasks will have, as far as they are known: its blueprint's, or those the rehearsal's planner
 * answers. Throws INVALID with the field for an unknown blueprint or a bad parameter.
 */
async function keysToCome(deps: Deps, asked: Plannable): Promise<string[]> {
  const { tasks } = await choosePlan(deps, asked);
  if (tasks !== null) return tasks.map(({ key }) => key);
  const answers = deps.rehearsalPlans(asked.prompt);
  if (answers.length === 0) return ['task'];
  const plans = answers.flatMap((answer) => {
    const read = readPlanAnswer(answer);
    return 'tasks' in read ? [read.tasks] : [];
  });
  if (plans.length > 0) return [...new Set(plans.flat().map(({ key }) => key))];
  return (await fallbackPlan(deps, asked, { rounds: 0, reason: '' })).tasks.map(({ key }) => key);
}

/** INVALID with the field when the team has no such agent, by id or name. */
export async function assertAgent(deps: Deps, teamId: string, agent: string | null | undefined): Promise<void> {
  if (agent && !(await deps.store.agents.get(teamId, agent)))
    throw invalid([{ path: 'preferredAgent', message: 'There is no such agent.' }]);
}

/** Below the limit new work is refused and old work kept; it recovers alone (engine.md 7, row 9). */
export async function refuseOnFullDisk(deps: Deps): Promise<void> {
  const free = await deps.workspaces.freeBytes();
  if (free < deps.settings.minimumFreeBytes) {
    throw new DomainError(
      'UNAVAILABLE',
      `Only ${Math.floor(free / 2 ** 20)} MB are free on the disk; new work starts again above ${Math.floor(deps.settings.minimumFreeBytes / 2 ** 20)} MB.`,
      { details: { reason: 'disk' }, retryAfterSeconds: 60 },
    );
  }
}
