import type { Actor } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import {
  type Comment,
  excerptOf,
  type LineRange,
  linesOfPatch,
  type PatchLines,
  placeOf,
  type Thread,
} from '../../domain/review.ts';
import { commentInput, replyInput } from '../../domain/review-input.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { createDiffs } from '../diffs.ts';
import type { Diff } from '../git-port.ts';
import { findSession, personOf } from '../sessions/find.ts';
import type { Tx } from '../store-port.ts';

/** Threads on files and lines of a session's change: written, answered, closed, and placed in the diff of now. */
export function createThreads(deps: Deps) {
  const { store, secrets } = deps;
  const diffs = createDiffs(deps);

  async function settle(actor: Actor, ref: string, id: string, resolved: boolean): Promise<Comment> {
    const session = await findSession(deps, actor, ref, 'diff.merge');
    return store.transaction(async (tx) => {
      await tx.sessions.lock(session.id);
      const opened = await opener(tx, session, id);
      const after = await tx.comments.settle(opened.id, { resolved, by: personOf(actor) });
      const to = resolved ? 'resolved' : 'open';
      const from = resolved ? 'open' : 'resolved';
      await tx.events.append(session.id, [
        {
          type: 'session.updated',
          actor,
          payload: { changes: { comment: { from, to } }, commentId: opened.id, path: opened.path },
        },
      ]);
      await tx.audit.append({
        teamId: session.teamId,
        actor,
        action: resolved ? 'comment.resolved' : 'comment.reopened',
        subject: { kind: 'session', id: session.id },
        before: { state: from },
        after: { state: to, commentId: opened.id },
      });
      return after;
    });
  }

  return {
    /**
     * Every thread of the session, each with its place in the shown diff (of the session, or of one task); what is no longer
     * part of it is outdated, never left out.
     */
    async list(actor: Actor, ref: string, query: { taskId?: string | undefined } = {}): Promise<Thread[]> {
      const session = await findSession(deps, actor, ref, 'read');
      const comments = await store.comments.ofSession(session.id);
      if (comments.length === 0) return [];
      return placed(comments, await diffs.ofSession(actor, session.id, query), query.taskId ?? null);
    },

    /** The same in a diff that is at hand. */
    async listIn(actor: Actor, ref: string, diff: Diff, taskId: string | null): Promise<Thread[]> {
      const session = await findSession(deps, actor, ref, 'read');
      return placed(await store.comments.ofSession(session.id), diff, taskId);
    },

    /** INVALID names the field when the file or the lines are not part of what is shown. */
    async comment(actor: Actor, ref: string, raw: unknown): Promise<Comment> {
      const session = await findSession(deps, actor, ref, 'diff.merge');
      const parsed = commentInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { path, body, taskId, side, startLine, endLine } = parsed.data;
      const diff = await diffs.ofSession(actor, session.id, { taskId });
      const range: LineRange | null =
        side === undefined || startLine === undefined ? null : { side, start: startLine, end: endLine ?? startLine };
      const excerpt = excerptIn(diff, path, range);
      return store.transaction(async (tx) => {
        await tx.sessions.lock(session.id);
        const comment = await tx.comments.insert({
          id: secrets.uuid(),
          teamId: session.teamId,
          sessionId: session.id,
          threadId: null,
          taskId: taskId ?? null,
          path,
          range,
          base: diff.base,
          head: diff.head,
          excerpt,
          body,
          createdBy: personOf(actor),
        });
        await tell(tx, actor, session, comment);
        return comment;
      });
    },

    /** A further word in a thread; one that was resolved stays so. */
    async reply(actor: Actor, ref: string, id: string, raw: unknown): Promise<Comment> {
      const session = await findSession(deps, actor, ref, 'diff.merge');
      const parsed = replyInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return store.transaction(async (tx) => {
        await tx.sessions.lock(session.id);
        const { taskId, path, range, base, head, id: threadId } = await opener(tx, session, id);
        const comment = await tx.comments.insert({
          ...{ id: secrets.uuid(), teamId: session.teamId, sessionId: session.id, threadId },
          ...{ taskId, path, range, base, head, excerpt: [] },
          body: parsed.data.body,
          createdBy: personOf(actor),
        });
        await tell(tx, actor, session, comment);
        return comment;
      });
    },

    resolve: (actor: Actor, ref: string, id: string) => settle(actor, ref, id, true),
    reopen: (actor: Actor, ref: string, id: string) => settle(actor, ref, id, false),
  };
}

/** The comment that opens a thread of this session; NOT_FOUND for a stranger or an answer. */
async function opener(tx: Pick<Tx, 'comments'>, session: Session, id: string): Promise<Comment> {
  const comment = await tx.comments.get(session.id, id);
  if (comment === null || comment.threadId !== null) throw new DomainError('NOT_FOUND', 'There is no such comment.');
  return comment;
}

async function tell(tx: Tx, actor: Actor, session: Session, comment: Comment): Promise<void> {
  const { id: commentId, threadId, taskId, path, range, body } = comment;
  await tx.events.append(session.id, [
    {
      type: 'comment.created',
      actor,
      payload: {
        ...{ commentId, threadId, taskId, path, text: body },
        ...(range === null ? {} : { side: range.side, startLine: range.start, endLine: range.end }),
      },
    },
  ]);
  await tx.audit.append({
    teamId: session.teamId,
    actor,
    action: 'comment.created',
    subject: { kind: 'session', id: session.id },
    after: { commentId, threadId, path },
  });
}

function excerptIn(diff: Diff, path: string, range: LineRange | null): string[] {
  const file = diff.files.find((one) => one.path === path);
  if (!file) throw invalid([{ path: 'path', message: `${path} is not among the changed files.` }]);
  if (range === null) return [];
  const excerpt = file.patch === null ? null : excerptOf(linesOfPatch(file.patch), range);
  if (excerpt !== null) return excerpt;
  const { start, end, side } = range;
  const which = start === end ? `Line ${start} is` : `Lines ${start} to ${end} are`;
  const shown =
    file.patch === null || file.truncated ? ' No more of this file is shown: comment on the whole file.' : '';
  throw invalid([
    { path: 'startLine', message: `${which} not in what the ${side} side of the diff shows of ${path}.${shown}` },
  ]);
}

/** Threads about this diff: in that of one task those of others are left out, in the session's own every one has a place. */
export function placed(comments: readonly Comment[], diff: Diff, taskId: string | null): Thread[] {
  const lines = new Map<string, PatchLines | null>();
  const fileOf = (path: string) => {
    const file = diff.files.find((one) => one.path === path);
    if (file === undefined) return null;
    if (!lines.has(path)) lines.set(path, file.patch === null ? null : linesOfPatch(file.patch));
    return { lines: lines.get(path) ?? null };
  };
  const renamed = (path: string) => diff.files.find((one) => one.oldPath === path)?.path ?? path;
  return comments
    .filter((comment) => comment.threadId === null && (taskId === null || comment.taskId === taskId))
    .map((comment) => {
      const path = fileOf(comment.path) === null ? renamed(comment.path) : comment.path;
      return {
        ...comment,
        path,
        place: placeOf(comment, diff, fileOf(path)),
        replies: comments.filter(({ threadId }) => threadId === comment.id),
      };
    });
}
