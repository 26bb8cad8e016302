import type { Actor } from '../domain/actor.ts';
import { attemptEnded } from '../domain/attempt.ts';
import type { Checkpoint, CheckpointState } from '../domain/checkpoint.ts';
import { restoredTasks } from '../domain/checkpoint.ts';
import { DomainError } from '../domain/errors.ts';
import { isTerminal, type Session, sessionTransitions } from '../domain/session.ts';
import type { Task } from '../domain/task.ts';
import type { Deps } from './deps.ts';
import { abandonConflicts } from './engine/conflict-records.ts';
import { branchFence, inRepository } from './engine/lane.ts';
import { surroundingsOf } from './engine/surroundings.ts';
import { bringWork, isOwnMirror, receiveWork } from './session-work.ts';
import { closeAttempt } from './sessions/endings.ts';
import { findSession } from './sessions/find.ts';

/** What a checkpoint remembers of the tasks. */
export function stateOf(tasks: readonly Task[]): CheckpointState {
  return {
    tasks: tasks.map(({ id, key, status, reason, proof, attemptCount, mergedCommit }) => ({
      id,
      key,
      status,
      reason,
      proof,
      attemptCount,
      mergedCommit,
    })),
  };
}

/** Durable points of a session: listed, made by hand, restored (domain.md 1.3). */
export function createCheckpoints(deps: Deps) {
  const { store, secrets } = deps;

  return {
    async list(actor: Actor, ref: string): Promise<Checkpoint[]> {
      const session = await findSession(deps, actor, ref, 'read');
      return store.checkpoints.list(session.id);
    },

    async create(actor: Actor, ref: string): Promise<Checkpoint> {
      const found = await findSession(deps, actor, ref, 'session.command');
      const checkpoint = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        if (session.headCommit === null)
          throw new DomainError('INVALID_TRANSITION', 'There is nothing to keep yet: the session has no branch.', {
            details: { from: session.status, to: session.status, allowed: [] },
          });
        const made = await tx.checkpoints.create(
          {
            id: secrets.uuid(),
            teamId: session.teamId,
            sessionId: session.id,
            reason: 'manual',
            commit: session.headCommit,
            state: stateOf(await tx.tasks.bySession(session.id)),
          },
          actor,
        );
        await tx.audit.append({
          teamId: session.teamId,
          actor,
          action: 'session.checkpoint',
          subject: { kind: 'session', id: session.id },
          after: { sequence: made.sequence, commit: made.commit },
        });
        return made;
      });
      await pinCheckpoint(deps, found, checkpoint);
      return checkpoint;
    },

    /**
     * Resets graph and branch to a checkpoint of a paused or recoverable session. Later checkpoints are marked undone and
     * the branch's former head stays reachable. The database decides first (`resetTo`); git follows, now or at the next claim.
     */
    async restore(actor: Actor, ref: string, sequence: number): Promise<Session> {
      const found = await findSession(deps, actor, ref, 'session.command');
      const after = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        const retryable = isTerminal(session.status) && sessionTransitions[session.status].includes('pending');
        if (session.status !== 'paused' && !retryable) {
          throw new DomainError(
            'INVALID_TRANSITION',
            `A checkpoint is restored while the session is paused or can be retried; this one is ${session.status}.`,
            { details: { from: session.status, to: session.status, allowed: [] } },
          );
        }
        const checkpoint = await tx.checkpoints.get(session.id, sequence);
        if (!checkpoint) throw new DomainError('NOT_FOUND', `There is no checkpoint ${sequence}.`);
        for (const attempt of await tx.attempts.bySession(session.id)) {
          if (attemptEnded(attempt.status)) continue;
          const reason = `checkpoint ${sequence} restored`;
          await closeAttempt(tx, attempt, { attempts: 'superseded', reason, actor, now: deps.clock() });
        }
        const remembered = new Map(checkpoint.state.tasks.map((task) => [task.id, task]));
        for (const change of restoredTasks(checkpoint.state, await tx.tasks.bySession(session.id))) {
          const then = remembered.get(change.taskId);
          const waiting = change.to === 'blocked' ? { reason: 'waiting_to_complete' as const } : {};
          const stands = change.to === 'completed' || change.to === 'blocked';
          await tx.tasks.restore(change.taskId, {
            ...waiting,
            status: change.to,
            proof: stands ? (then?.proof ?? 'none') : 'none',
            mergedCommit: stands ? (then?.mergedCommit ?? null) : null,
          });
          await tx.events.append(session.id, [
            { type: 'task.restored', actor, payload: { ...change, ...waiting, sequence } },
          ]);
        }
        // Their sides are of work that is undone: whoever resolved them would bring it back.
        await abandonConflicts(tx, session.id, 'all');
        await tx.checkpoints.undoAfter(session.id, sequence);
        await tx.sessions.setAttention(session.id, 'none', actor);
        const updated = await tx.sessions.update(
          session.id,
          { headCommit: checkpoint.commit, resetTo: checkpoint.commit, proof: null },
          { status: [session.status] },
        );
        await tx.events.append(session.id, [
          {
            type: 'checkpoint.restored',
            actor,
            payload: { sequence, reason: checkpoint.reason, commit: checkpoint.commit },
          },
        ]);
        await tx.audit.append({
          teamId: session.teamId,
          actor,
          action: 'session.restore',
          subject: { kind: 'session', id: session.id },
          after: { sequence, commit: checkpoint.commit },
        });
        return updated;
      });
      await followReset(deps, after);
      return (await store.sessions.byId(after.id)) ?? after;
    },
  };
}

/** Moves the branch to a restored commit and forgets the intention; repeated after a crash until it stands. */
export async function followReset(deps: Deps, session: Session): Promise<void> {
  if (session.resetTo === null || session.branch === null) return;
  const { branch, resetTo } = session;
  const { repository, ref } = await surroundingsOf(deps, session);
  await inRepository(deps, session, (lane) =>
    // Where this instance's mirror never had the branch it is made; elsewhere it follows when the session is received.
    isOwnMirror(deps, repository)
      ? receiveWork(deps, { ...session, headCommit: resetTo }, repository, ref)
      : deps.workspaces.resetBranch(repository, branch, resetTo, ref, branchFence(session, lane)),
  );
  await deps.store.transaction(async (tx) => {
    // Another restore may have come between: its intention stands.
    const locked = await tx.sessions.lock(session.id);
    if (locked.resetTo === session.resetTo) await tx.sessions.update(session.id, { resetTo: null }, {});
  });
}

/** Keeps the checkpoint's commit reachable in git; harmless to repeat. */
export async function pinCheckpoint(deps: Deps, session: Session, checkpoint: Checkpoint): Promise<void> {
  if (checkpoint.commit === null) return;
  const { repository, ref } = await surroundingsOf(deps, session);
  await bringWork(deps, session, repository);
  await deps.workspaces.pinCheckpoint(repository, ref, checkpoint.sequence, checkpoint.commit);
}
