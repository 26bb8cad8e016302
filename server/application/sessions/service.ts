import { type Actor, authorize } from '../../domain/actor.ts';
import { DomainError, invalidFromZod } from '../../domain/errors.ts';
import { isExecuting, isTerminal, type Session } from '../../domain/session.ts';
import { type UpdateSessionInput, updateSessionInput } from '../../domain/session-input.ts';
import { planWaits } from '../../domain/session-life.ts';
import { refreshAttention } from '../asks/settle.ts';
import { unkeptCap } from '../budgets.ts';
import type { Deps } from '../deps.ts';
import { defined } from '../repositories.ts';
import type { SessionFilter, SessionLineFigures, SessionPatch } from '../session-port.ts';
import type { Page, PageRequest } from '../team-port.ts';
import { teamOf } from '../tokens.ts';
import { createBatch } from './batch.ts';
import { type CommandOptions, createCommands } from './commands.ts';
import { assertAgent, createSession } from './create.ts';
import { cascade, endSession } from './endings.ts';
import { assertVersion, findSession } from './find.ts';
import { injectPrompt } from './prompt.ts';
import { retrySession } from './retry.ts';

/** Sessions as people and programs use them; the engine's own writes are in the dispatcher. */
export function createSessions(deps: Deps) {
  const { store, clock } = deps;
  const readable = (actor: Actor) => {
    authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
    return teamOf(actor);
  };

  const sessions = {
    ...createCommands(deps),
    create: (actor: Actor, raw: unknown) => createSession(deps, actor, raw),
    retry: (actor: Actor, ref: string, options?: CommandOptions) => retrySession(deps, actor, ref, options),
    prompt: (actor: Actor, ref: string, raw: unknown) => injectPrompt(deps, actor, ref, raw),
    get: (actor: Actor, ref: string): Promise<Session> => findSession(deps, actor, ref, 'read'),
    list: (actor: Actor, filter: SessionFilter, page: PageRequest): Promise<Page<Session>> =>
      store.sessions.list(readable(actor), filter, page),
    counts: (actor: Actor) => store.sessions.counts(readable(actor)),
    count: (actor: Actor, filter: SessionFilter) => store.sessions.count(readable(actor), filter),
    /** What a list shows of these sessions beside their rows; of another team's there is nothing. */
    lineFigures: (actor: Actor, ids: readonly string[]): Promise<SessionLineFigures[]> =>
      store.sessions.lineFigures(readable(actor), ids),

    /** The session's whole family: the root first, then its descendants level by level. */
    async tree(actor: Actor, ref: string): Promise<Session[]> {
      const session = await findSession(deps, actor, ref, 'read');
      const root = (await store.sessions.ancestors(session.id)).at(-1) ?? session;
      const family = [root];
      for (const member of family) family.push(...(await store.sessions.children(member.id)));
      return family;
    },

    async update(
      actor: Actor,
      ref: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<Session> {
      const found = await findSession(deps, actor, ref, 'session.edit');
      const parsed = updateSessionInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      await assertAgent(deps, found.teamId, parsed.data.preferredAgent);
      const after = await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        assertVersion(session, options.version);
        const moved =
          ((parsed.data.maxDurationSeconds ?? session.maxDurationSeconds) - session.maxDurationSeconds) * 1000;
        const patch: SessionPatch = {
          ...defined(parsed.data),
          ...(session.deadlineAt === null || moved === 0
            ? {}
            : { deadlineAt: new Date(session.deadlineAt.getTime() + moved) }),
          ...(accepts(parsed.data, session) ? { planApprovedAt: clock() } : {}),
        };
        const after = await tx.sessions.update(session.id, patch, { version: session.version });
        const changes = Object.fromEntries(
          Object.keys(parsed.data).map((key) => [
            key,
            { from: session[key as keyof Session], to: after[key as keyof Session] },
          ]),
        );
        // Said when the caps are given, not with every later change.
        const warning = 'budget' in parsed.data || 'model' in parsed.data ? unkeptCap(deps, after) : null;
        const payload = { changes, ...(warning === null ? {} : { warning }) };
        await tx.events.append(session.id, [{ type: 'session.updated', actor, payload }]);
        if (accepts(parsed.data, session)) {
          await tx.events.append(session.id, [{ type: 'plan.accepted', actor, payload: { automatically: true } }]);
          await refreshAttention(tx, session.id, actor);
        }
        await tx.audit.append({
          teamId: session.teamId,
          actor,
          action: 'session.update',
          subject: { kind: 'session', id: session.id },
          after: changes,
        });
        return after;
      });
      deps.nudge();
      return after;
    },

    /** Soft: undo for 30 days. What executes is stopped by its person first; what merely waits is cancelled. */
    async remove(actor: Actor, ref: string, options: { version?: number | undefined } = {}): Promise<void> {
      const found = await findSession(deps, actor, ref, 'session.edit');
      await store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        assertVersion(session, options.version);
        if (isExecuting(session.status))
          throw new DomainError('INVALID_TRANSITION', 'It is running; stop it before deleting it.', {
            details: { from: session.status, to: 'deleted', allowed: ['stop'] },
          });
        await cascade(tx, session, 'delete', actor, clock());
        if (!isTerminal(session.status))
          await endSession(tx, session, { to: 'cancelled', reason: `deleted by ${actor.name}`, actor, now: clock() });
        await tx.sessions.update(session.id, { deletedAt: clock() }, {});
        await tx.events.append(session.id, [{ type: 'session.deleted', actor, payload: {} }]);
        await tx.audit.append({
          teamId: session.teamId,
          actor,
          action: 'session.delete',
          subject: { kind: 'session', id: session.id },
        });
      });
    },

    async undelete(actor: Actor, ref: string): Promise<Session> {
      const found = await findSession(deps, actor, ref, 'session.edit', { deleted: true });
      return store.transaction(async (tx) => {
        const session = await tx.sessions.lock(found.id);
        if (session.deletedAt === null)
          throw new DomainError('INVALID_TRANSITION', 'It is not deleted.', {
            details: { from: session.status, to: session.status, allowed: [] },
          });
        const after = await tx.sessions.update(session.id, { deletedAt: null }, {});
        await tx.events.append(session.id, [{ type: 'session.undeleted', actor, payload: {} }]);
        await tx.audit.append({
          teamId: session.teamId,
          actor,
          action: 'session.undelete',
          subject: { kind: 'session', id: session.id },
        });
        return after;
      });
    },
  };
  return { ...sessions, batch: createBatch(sessions) };
}

/** A session that shall ask nobody any more does not wait for its plan either. */
const accepts = (patch: UpdateSessionInput, session: Session) => patch.autonomy === 'auto' && planWaits(session);
