import type { Actor } from '../../domain/actor.ts';
import { DomainError, errorCodeOf, invalidFromZod } from '../../domain/errors.ts';
import { type MergeFacts, mergeRefusal } from '../../domain/merge.ts';
import type { Merge } from '../../domain/review.ts';
import { mergeInput } from '../../domain/review-input.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { branchFence, inRepository, type Lane } from '../engine/lane.ts';
import { surroundingsOf } from '../engine/surroundings.ts';
import type { BaseMerge, BaseMergeWish } from '../git-port.ts';
import { bringWork } from '../session-work.ts';
import { findSession, personOf } from '../sessions/find.ts';

interface MergeOptions {
  requestId?: string | undefined;
}

/** What a merge would be, or why there is none now. */
export interface MergeView {
  refusal: string | null;
  preview: BaseMerge | null;
  /** Of a URL: the preview is as old as the last fetch. */
  remote: boolean;
}

/** The way of a session's branch into its base. */
export function createMerging(deps: Deps) {
  const { store, workspaces, secrets } = deps;

  async function factsOf(session: Session): Promise<MergeFacts> {
    const [tasks, reviews, merges] = await Promise.all([
      store.tasks.bySession(session.id),
      store.reviews.ofSession(session.id),
      store.merges.ofSession(session.id),
    ]);
    return {
      session,
      tasks,
      decision: reviews.find(({ head }) => head === session.headCommit)?.decision ?? null,
      merged: merges.some(({ head }) => head === session.headCommit),
    };
  }

  async function mergeInLane(
    actor: Actor,
    found: Session,
    input: { head?: string | undefined; mergeCommit: boolean; deleteBranch: boolean },
    lane: Lane,
    options: MergeOptions,
  ): Promise<Merge> {
    const session = (await store.sessions.byId(found.id)) ?? found;
    const head = judged(session, await factsOf(session), input.head);
    const { repository } = await surroundingsOf(deps, session);
    await bringWork(deps, session, repository);
    const { slug, title, branch } = session;
    const wish = { head, slug, title, mergeCommit: input.mergeCommit };
    const done = await workspaces.mergeIntoBase(repository, wish, branchFence(session, lane));
    const { outcome, after } = done;
    if (outcome === 'conflict' || outcome === 'checked_out' || after === null) throw refusedByGit(done);
    const stays = input.deleteBranch && branch !== null ? await workspaces.dropBranch(repository, branch, head) : null;
    const warning = [done.warning, stays].filter((one) => one !== null).join(' ') || null;
    return store.transaction(async (tx) => {
      await tx.sessions.lock(session.id);
      const merge = await tx.merges.insert({
        ...{ id: secrets.uuid(), teamId: session.teamId, sessionId: session.id, head, after, warning },
        target: done.target,
        way: outcome,
        before: done.before,
        pushed: repository.kind === 'url' && outcome !== 'already_there',
        branchDeleted: input.deleteBranch && stays === null,
        createdBy: personOf(actor),
      });
      const { target, way, before, pushed, branchDeleted } = merge;
      await tx.events.append(session.id, [
        {
          type: 'merge.completed',
          actor,
          payload: { taskId: null, commit: after, target, way, before, pushed, branchDeleted },
        },
      ]);
      await tx.audit.append({
        teamId: session.teamId,
        actor,
        action: 'session.merge',
        subject: { kind: 'session', id: session.id },
        before: { ref: `refs/heads/${target}`, commit: before },
        after: { ref: `refs/heads/${target}`, commit: after, way, head, pushed, branchDeleted },
        requestId: options.requestId,
      });
      return merge;
    });
  }

  return {
    async preview(actor: Actor, ref: string): Promise<MergeView> {
      const session = await findSession(deps, actor, ref, 'read');
      const facts = await factsOf(session);
      const { repository } = await surroundingsOf(deps, session);
      const remote = repository.kind === 'url';
      const refusal = mergeRefusal(facts);
      if (refusal !== null || session.headCommit === null) return { refusal, preview: null, remote };
      await bringWork(deps, session, repository);
      const wish: BaseMergeWish = {
        head: session.headCommit,
        slug: session.slug,
        title: session.title,
        mergeCommit: false,
      };
      try {
        const preview = await workspaces.previewMerge(repository, wish);
        return { refusal: gitSays(preview), preview, remote };
      } catch (error) {
        if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
        return { refusal: error.message, preview: null, remote };
      }
    },

    /**
     * Merges what was reviewed into the base branch, under the repository's lock. Git goes first: after a crash between the
     * two the same call finds the work there and records it.
     */
    async merge(actor: Actor, ref: string, raw: unknown, options: MergeOptions = {}): Promise<Merge> {
      const found = await findSession(deps, actor, ref, 'diff.merge');
      const parsed = mergeInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { head, mergeCommit = false, deleteBranch = false } = parsed.data;
      // Told before the wait for the lock; judged again inside it.
      judged(found, await factsOf(found), head);
      const input = { head, mergeCommit, deleteBranch };
      return inRepository(deps, found, (lane) => mergeInLane(actor, found, input, lane, options), 'person');
    },
  };
}

/** The head that goes in. Throws when there is something against it, or it is not what was looked at. */
function judged(session: Session, facts: MergeFacts, head: string | undefined): string {
  const refusal = mergeRefusal(facts);
  if (refusal !== null || session.headCommit === null)
    throw new DomainError('INVALID_TRANSITION', refusal ?? 'There is nothing to merge.', {
      details: { from: session.status, to: session.status, allowed: [] },
    });
  if (head !== undefined && head !== session.headCommit)
    throw new DomainError('CONFLICT', 'The change has moved on since you looked at it; read it again first.', {
      details: { head: session.headCommit },
    });
  return session.headCommit;
}

function gitSays({ outcome, target, files, sentence }: BaseMerge): string | null {
  if (outcome === 'conflict') {
    const named = files.length > 5 ? `${files.slice(0, 5).join(', ')} and ${files.length - 5} more` : files.join(', ');
    return `${target} has moved and changed the same places in ${named}. Ask for changes on top of it, or merge by hand.`;
  }
  return outcome === 'checked_out' ? sentence : null;
}

function refusedByGit(merge: BaseMerge): DomainError {
  const { files, before, sentence } = merge;
  return new DomainError('CONFLICT', gitSays(merge) ?? 'The merge could not be made.', {
    details: { outcome: merge.outcome, files, base: before, git: sentence },
  });
}
