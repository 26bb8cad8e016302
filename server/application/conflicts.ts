import { type Actor, authorize } from '../domain/actor.ts';
import { type Conflict, type ConflictStatus, conflictIsOpen } from '../domain/conflict.ts';
import { readResolution } from '../domain/conflict-input.ts';
import { DomainError } from '../domain/errors.ts';
import { eventActorOf } from '../domain/events.ts';
import { isActive, type Session } from '../domain/session.ts';
import { refreshAttention } from './asks/settle.ts';
import type { Deps } from './deps.ts';
import { conflictNext } from './engine/next-attempt.ts';
import { surroundingsOf } from './engine/surroundings.ts';
import type { ConflictSide } from './git-port.ts';
import { bringWork } from './session-work.ts';
import { personOf } from './sessions/find.ts';
import type { Tx } from './store-port.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';

export type ConflictRow = Conflict & { sessionSlug: string; sessionTitle: string; taskTitle: string };
export type ConflictView = ConflictRow & {
  sides: ConflictSide[];
  /** Why the sides cannot be shown; null: they are. */
  contentGone: string | null;
  taskKey: string;
  attemptNumber: number;
};

/** Merge conflicts with both sides (domain.md 5). */
export function createConflicts(deps: Deps) {
  const { store } = deps;

  async function find(actor: Actor, id: string, permission: 'read' | 'session.command'): Promise<Conflict> {
    const teamId = teamOf(actor);
    authorize(actor, permission, { teamId, createdBy: personOf(actor), resource: 'sessions' });
    const conflict = await store.conflicts.get(teamId, id);
    if (!conflict) throw new DomainError('NOT_FOUND', 'There is no such conflict.');
    return conflict;
  }

  async function sidesOf(conflict: Conflict, session: Session): Promise<Pick<ConflictView, 'sides' | 'contentGone'>> {
    const { baseCommit: base, oursCommit: ours, theirsCommit: theirs } = conflict;
    try {
      const { repository } = await surroundingsOf(deps, session);
      await bringWork(deps, session, repository);
      const sides = await deps.workspaces.conflictSides(repository, { base, ours, theirs }, conflict.files);
      return { sides, contentGone: null };
    } catch (error) {
      deps.log.warn({ err: error, conflict: conflict.id }, 'The sides of a conflict could not be read');
      return {
        sides: [],
        contentGone:
          'The repository, or the commits of both sides, cannot be read here any more. What is recorded stands.',
      };
    }
  }

  /** Decides over a conflict nobody works on now, and sends its task on its way again. */
  async function decide(
    actor: Actor,
    id: string,
    from: readonly ConflictStatus[],
    how: { reason: string; action: string; patch: Pick<Conflict, 'resolution' | 'resolvedBy'> },
  ): Promise<Conflict> {
    const found = await find(actor, id, 'session.command');
    const decided = await store.transaction(async (tx) => {
      const session = await tx.sessions.lock(found.sessionId);
      authorize(actor, 'session.command', { teamId: session.teamId, createdBy: session.createdBy });
      if (!isActive(session.status))
        throw new DomainError('CONFLICT', `The session is ${session.status}: nothing of it is merged any more.`);
      const now = await tx.conflicts.get(found.teamId, id);
      if (!now || !from.includes(now.status)) throw new DomainError('CONFLICT', standing(now?.status ?? found.status));
      const { resolution, resolvedBy } = how.patch;
      const after = await tx.conflicts.move(id, from, {
        status: 'open',
        resolution,
        resolvedBy: resolvedBy === null ? null : eventActorOf(actor),
      });
      await sendOn(tx, actor, after, how.reason, deps.clock());
      await refreshAttention(tx, session.id, actor);
      await tx.audit.append({
        teamId: session.teamId,
        actor,
        action: how.action,
        subject: { kind: 'conflict', id },
        after: { files: (resolution ?? []).map(({ path, choice }) => ({ path, choice })) },
      });
      return after;
    });
    deps.nudge();
    return decided;
  }

  return {
    async list(
      actor: Actor,
      filter: { status?: readonly ConflictStatus[] | undefined; sessionId?: string | undefined },
      page: PageRequest,
    ): Promise<Page<ConflictRow>> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
      return store.conflicts.list(teamOf(actor), filter, page);
    },

    /** With both sides of each file, read from git; what the database knows is told also where git has them no more. */
    async get(actor: Actor, id: string): Promise<ConflictView> {
      const conflict = await find(actor, id, 'read');
      const session = await store.sessions.byId(conflict.sessionId);
      const task = await store.tasks.get(conflict.teamId, conflict.taskId);
      const attempt = await store.attempts.get(conflict.attemptId);
      if (!session || !task || !attempt) throw new DomainError('NOT_FOUND', 'There is no such conflict.');
      return {
        ...conflict,
        sessionSlug: session.slug,
        sessionTitle: session.title,
        taskTitle: task.title,
        taskKey: task.key,
        attemptNumber: attempt.number,
        ...(await sidesOf(conflict, session)),
      };
    },

    /** `{ files: [{ path, choice, content? }] }`, one for each conflicting file; INVALID names what is missing or still holds markers. */
    async resolve(actor: Actor, id: string, raw: unknown): Promise<Conflict> {
      const found = await find(actor, id, 'session.command');
      const resolution = readResolution(raw, found.files);
      const resolvedBy = eventActorOf(actor);
      return decide(actor, id, ['open', 'waiting_for_person'], {
        reason: `${resolvedBy.name} resolved the conflict file by file`,
        action: 'conflict.resolve',
        patch: { resolution, resolvedBy },
      });
    },

    /** Gives a conflict that waits for a person to an agent again. */
    async handToAgent(actor: Actor, id: string): Promise<Conflict> {
      return decide(actor, id, ['waiting_for_person'], {
        reason: `${eventActorOf(actor).name} gave the conflict to an agent`,
        action: 'conflict.hand_to_agent',
        patch: { resolution: null, resolvedBy: null },
      });
    },
  };
}

function standing(status: ConflictStatus): string {
  if (!conflictIsOpen(status)) return `The conflict is ${status} already.`;
  return status === 'resolving'
    ? 'An attempt resolves the conflict just now; wait for its end.'
    : 'The conflict waits for an agent already.';
}

/** The conflict's task is ready for the attempt that carries the decision out. */
async function sendOn(tx: Tx, actor: Actor, conflict: Conflict, reason: string, now: Date): Promise<void> {
  const task = await tx.tasks.get(conflict.teamId, conflict.taskId);
  const next = conflictNext(reason, conflict.id, conflict.attemptId);
  if (task?.status === 'blocked')
    await tx.tasks.move({
      taskId: task.id,
      sessionId: conflict.sessionId,
      from: ['blocked'],
      to: 'ready',
      reason,
      actor,
      patch: { next, readyAt: now, notBefore: null },
    });
  else if (task?.status === 'ready') await tx.tasks.edit(task.id, { next, reason }, { status: ['ready'] });
  else throw new DomainError('CONFLICT', `The task is ${task?.status ?? 'gone'}: it has nothing to resolve just now.`);
}
