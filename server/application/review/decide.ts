import { type Actor, authorize } from '../../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import type { Review, Thread } from '../../domain/review.ts';
import { reviewInput, sendCommentsInput } from '../../domain/review-input.ts';
import { promptOf } from '../../domain/review-prompt.ts';
import { isActive, isExecuting, isTerminal, type Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { createSession } from '../sessions/create.ts';
import { findSession, personOf } from '../sessions/find.ts';
import { keepPrompt } from '../sessions/prompt.ts';
import { retryLocked } from '../sessions/retry.ts';
import type { Tx } from '../store-port.ts';
import type { InjectedPrompt } from '../work-port.ts';
import { createThreads } from './threads.ts';

interface DecideOptions {
  requestId?: string | undefined;
}

/** What people decide about a change, and how their words reach an agent. */
export function createDecisions(deps: Deps) {
  const { store, secrets } = deps;
  const threads = createThreads(deps);

  async function chosen(actor: Actor, session: Session, ids: readonly string[]): Promise<Thread[]> {
    if (ids.length === 0) return [];
    const all = await threads.list(actor, session.id);
    return ids.map((id, place) => {
      const thread = all.find((one) => one.id === id);
      if (!thread)
        throw invalid([{ path: `commentIds.${place}`, message: 'There is no such comment in this session.' }]);
      return thread;
    });
  }

  async function keep(
    tx: Tx,
    actor: Actor,
    session: Session,
    given: Pick<Review, 'decision' | 'note' | 'followUpId'> & { chosen: readonly Thread[] } & DecideOptions,
  ): Promise<Review> {
    const { decision, note, followUpId } = given;
    const before = (await tx.reviews.ofSession(session.id))[0] ?? null;
    const review = await tx.reviews.insert({
      ...{ id: secrets.uuid(), teamId: session.teamId, sessionId: session.id, decision, note, followUpId },
      base: session.baseCommit ?? '',
      head: session.headCommit ?? '',
      createdBy: personOf(actor),
    });
    if (given.chosen.length > 0) await tx.comments.markSent(given.chosen.map(({ id }) => id));
    const stood = before?.head === session.headCommit ? (before?.decision ?? null) : null;
    await tx.events.append(session.id, [
      {
        type: 'session.updated',
        actor,
        payload: { changes: { review: { from: stood, to: decision } }, head: session.headCommit, note, followUpId },
      },
    ]);
    await tx.audit.append({
      teamId: session.teamId,
      actor,
      action: decision === 'accepted' ? 'diff.accepted' : 'diff.changes_requested',
      subject: { kind: 'session', id: session.id },
      before: { decision: stood },
      after: { decision, head: session.headCommit, comments: given.chosen.length, followUpId },
      reason: note === '' ? undefined : note,
      requestId: given.requestId,
    });
    return review;
  }

  async function accept(actor: Actor, found: Session, head: string | undefined, note: string, options: DecideOptions) {
    return store.transaction(async (tx) => {
      const session = await tx.sessions.lock(found.id);
      assertHead(session, head);
      if (isExecuting(session.status))
        throw refused(session, 'The change still grows: it can be accepted once the session is paused or over.');
      const latest = (await tx.reviews.ofSession(session.id))[0];
      if (latest?.decision === 'accepted' && latest.head === session.headCommit)
        throw refused(session, `${latest.author.name} has accepted this change already.`);
      return keep(tx, actor, session, { decision: 'accepted', note, followUpId: null, chosen: [], ...options });
    });
  }

  /**
   * Running or waiting: the words are injected. Ended and recoverable: it is retried with them. Ended for good: a session
   * under it goes on from its work, with the words as its goal (domain.md 1.1 leaves no way back from completed).
   */
  async function requestChanges(
    actor: Actor,
    found: Session,
    input: { head: string | undefined; note: string; taskId: string | undefined; chosen: readonly Thread[] },
    options: DecideOptions,
  ): Promise<Review> {
    const { note, taskId, chosen: picked } = input;
    const text = promptOf(picked, note);
    const given = { decision: 'changes_requested' as const, note, chosen: picked, ...options };
    if (isActive(found.status) || found.recoverable) {
      authorize(actor, 'session.command', { teamId: found.teamId, createdBy: found.createdBy });
      const review = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        assertHead(session, input.head);
        const open = isTerminal(session.status) ? await retryLocked(deps, tx, actor, session, options) : session;
        await keepPrompt(deps, tx, actor, open, { text: fits(text), ...(taskId === undefined ? {} : { taskId }) });
        return keep(tx, actor, session, { ...given, followUpId: null });
      });
      deps.nudge();
      return review;
    }
    const { headCommit } = found;
    if (headCommit === null)
      throw refused(found, `The session is ${found.status} and has no work to go on from; create a new one.`);
    const kept: Review[] = [];
    await createSession(deps, actor, followUp(found, fits(text)), {
      commit: headCommit,
      within: async (tx, created) => {
        const session = await tx.sessions.lock(found.id);
        assertHead(session, input.head ?? headCommit);
        kept.push(await keep(tx, actor, session, { ...given, followUpId: created.id }));
      },
    });
    const review = kept.at(-1);
    if (review === undefined) throw new DomainError('INTERNAL', 'The review was not stored');
    return review;
  }

  return {
    /** The chosen comments as one prompt into a session that has not ended; each is marked as sent. */
    async send(actor: Actor, ref: string, raw: unknown): Promise<InjectedPrompt> {
      const found = await findSession(deps, actor, ref, 'session.command');
      const parsed = sendCommentsInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { commentIds, note = '', taskId } = parsed.data;
      const picked = await chosen(actor, found, commentIds);
      const prompt = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        if (isTerminal(session.status))
          throw refused(session, `The session is ${session.status}: ask for changes instead, which reopens the work.`);
        const words = { text: fits(promptOf(picked, note)), ...(taskId === undefined ? {} : { taskId }) };
        const kept = await keepPrompt(deps, tx, actor, session, words);
        await tx.comments.markSent(picked.map(({ id }) => id));
        return kept;
      });
      deps.nudge();
      return prompt;
    },

    /** Accepts the change as it stands, or asks for another; recorded for the head it was said about. */
    async decide(actor: Actor, ref: string, raw: unknown, options: DecideOptions = {}): Promise<Review> {
      const found = await findSession(deps, actor, ref, 'diff.merge');
      const parsed = reviewInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { decision, head, note = '', commentIds = [], taskId } = parsed.data;
      if (found.headCommit === null || found.headCommit === found.baseCommit)
        throw refused(found, 'Nothing has landed on the branch yet: there is no change to judge.');
      assertHead(found, head);
      if (decision === 'accepted') return accept(actor, found, head, note, options);
      const picked = await chosen(actor, found, commentIds);
      return requestChanges(actor, found, { head, note, taskId, chosen: picked }, options);
    },
  };
}

function assertHead(session: Session, head: string | undefined): void {
  if (head !== undefined && head !== session.headCommit)
    throw new DomainError('CONFLICT', 'The change has moved on since you looked at it; read it again first.', {
      details: { head: session.headCommit },
    });
}

function refused(session: Session, sentence: string): DomainError {
  return new DomainError('INVALID_TRANSITION', sentence, {
    details: { from: session.status, to: session.status, allowed: [] },
  });
}

/** A prompt's own limit, in words that fit what was chosen. */
function fits(text: string): string {
  if (text.length <= 10_000) return text;
  throw invalid([
    {
      path: 'commentIds',
      message: `Together they make a prompt of ${text.length.toLocaleString('en-US')} characters; at most 10,000 fit. Choose fewer.`,
    },
  ]);
}

function followUp(session: Session, prompt: string) {
  const { repositoryId, model, priority, technologies, preferredAgent, preferredAgentType, maxDurationSeconds } =
    session;
  const title = `Changes asked for in ${session.slug}: ${session.title}`.slice(0, 200);
  return {
    ...{ title, prompt, repositoryId, parentId: session.id, blueprint: 'single_task', start: true },
    ...{ priority, technologies: [...technologies], maxDurationSeconds },
    ...(model === null ? {} : { model }),
    ...(preferredAgent === null ? {} : { preferredAgent }),
    ...(preferredAgentType === null ? {} : { preferredAgentType }),
  };
}
