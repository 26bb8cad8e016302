import { type Actor, authorize, personOf } from '../domain/actor.ts';
import type { Context, ContextChange, ContextData, ContextScope } from '../domain/context.ts';
import { valueAt, withoutValue, withValue } from '../domain/context-data.ts';
import {
  createContextInput,
  type PatchContextInput,
  patchContextInput,
  setKeyInput,
  shareContextInput,
} from '../domain/context-input.ts';
import { type DataDiff, diffOf, foldChanges } from '../domain/context-leaves.ts';
import type { MergeDisagreement } from '../domain/context-merge.ts';
import { parsePath } from '../domain/context-path.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import {
  assertSeen,
  findContext,
  lockContext,
  mayWriteContext,
  storeContext,
  tellChange,
  writeData,
} from './contexts/change.ts';
import { mergeIntoNew } from './contexts/merge.ts';
import type { Deps } from './deps.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';

export interface ContextDiff extends DataDiff {
  from: number;
  to: number;
}

/** A path two contexts disagree on, and what was taken. `values` are by context id; `chosen` is the id, or null. */
export type MergeConflict = MergeDisagreement;

type Seen = { version?: number | undefined };

/** Changes looked at for one difference between versions; a context of more is compared nearer to now. */
const diffedChanges = 200_000;

/** Shared knowledge (domain.md 5). */
export function createContexts(deps: Deps) {
  const { store } = deps;
  const reading = (actor: Actor) => authorize(actor, 'read', { teamId: teamOf(actor), resource: 'contexts' });
  const writing = (actor: Actor) => authorize(actor, 'context.write', { teamId: teamOf(actor), resource: 'contexts' });

  async function sessionNamed(actor: Actor, ref: string): Promise<Session> {
    const session = await store.sessions.get(teamOf(actor), ref);
    if (!session) throw invalid([{ path: 'sessionId', message: `There is no session ${ref}` }]);
    return session;
  }

  async function patch(actor: Actor, id: string, change: PatchContextInput, { version }: Seen): Promise<Context> {
    writing(actor);
    const found = await findContext(deps, actor, id);
    await mayWriteContext(deps, actor, found);
    const unset = change.unset ?? [];
    const set = Object.entries(change.set ?? {});
    for (const path of [...unset, ...set.map(([path]) => path)]) parsePath(path);
    return store.transaction(async (tx) => {
      const context = await lockContext(tx, found);
      await assertSeen(tx, context, version, [...unset, ...set.map(([path]) => path)]);
      let data: ContextData = context.data;
      for (const path of unset) data = withoutValue(data, path);
      for (const [path, value] of set) data = withValue(data, path, value);
      return writeData(deps, tx, context, data, actor, { name: change.name, metadata: change.metadata });
    });
  }

  return {
    /** Newest change first. A session may be named by its slug. */
    async list(
      actor: Actor,
      filter: {
        scope?: readonly ContextScope[] | undefined;
        sessionId?: string | undefined;
        agentId?: string | undefined;
        q?: string | undefined;
      },
      page: PageRequest,
    ): Promise<Page<Context>> {
      reading(actor);
      const { sessionId } = filter;
      if (sessionId === undefined) return store.contexts.list(teamOf(actor), filter, page);
      const session = await store.sessions.get(teamOf(actor), sessionId);
      if (!session) return { items: [], nextCursor: null, total: 0 };
      return store.contexts.list(teamOf(actor), { ...filter, sessionId: session.id }, page);
    },

    /** `{ scope, name?, sessionId?, agentId?, data?, metadata? }`; a global one needs the right to promote. */
    async create(actor: Actor, raw: unknown): Promise<Context> {
      writing(actor);
      const parsed = createContextInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { scope, name, agentId, data, metadata } = parsed.data;
      const sessionId = parsed.data.sessionId ? (await sessionNamed(actor, parsed.data.sessionId)).id : null;
      await mayWriteContext(deps, actor, { scope, sessionId });
      if (agentId && !(await store.agents.get(teamOf(actor), agentId)))
        throw invalid([{ path: 'agentId', message: `There is no agent ${agentId}` }]);
      const context = { teamId: teamOf(actor), name, scope, sessionId, agentId: agentId ?? null, data, metadata };
      return store.transaction((tx) => storeContext(deps, tx, { ...context, createdBy: personOf(actor) }, actor));
    },

    get: (actor: Actor, id: string): Promise<Context> => findContext(deps, actor, id),

    /** `{ set?, unset?, name?, metadata? }`; a stale version is CONFLICT with both versions and the conflicting keys. */
    async patch(actor: Actor, id: string, raw: unknown, options: Seen = {}): Promise<Context> {
      writing(actor);
      const parsed = patchContextInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return patch(actor, id, parsed.data, options);
    },

    async remove(actor: Actor, id: string, options: Seen = {}): Promise<void> {
      writing(actor);
      const found = await findContext(deps, actor, id);
      await mayWriteContext(deps, actor, found);
      await store.transaction(async (tx) => {
        const context = await lockContext(tx, found);
        await assertSeen(tx, context, options.version, []);
        await tx.contexts.remove(context.teamId, context.id);
        await tellChange(tx, context, [], actor, { removed: true });
        await tx.audit.append({
          teamId: context.teamId,
          actor,
          action: 'context.removed',
          subject: { kind: 'context', id },
          before: { scope: context.scope, name: context.name, version: context.version },
        });
      });
    },

    /** NOT_FOUND when nothing stands there; null is a value. */
    async getKey(actor: Actor, id: string, path: string): Promise<{ path: string; value: unknown; version: number }> {
      const context = await findContext(deps, actor, id);
      const { present, value } = valueAt(context.data, path);
      if (!present) throw new DomainError('NOT_FOUND', `Nothing stands at ${path}.`);
      return { path, value, version: context.version };
    },

    async setKey(
      actor: Actor,
      id: string,
      path: string,
      raw: unknown,
      options: Seen = {},
    ): Promise<{ path: string; value: unknown; version: number }> {
      writing(actor);
      const parsed = setKeyInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { data, version } = await patch(actor, id, { set: { [path]: parsed.data.value } }, options);
      return { path, value: valueAt(data, path).value, version };
    },

    /** NOT_FOUND when nothing stands there. */
    async unsetKey(actor: Actor, id: string, path: string, options: Seen = {}): Promise<void> {
      writing(actor);
      const { data } = await findContext(deps, actor, id);
      if (!valueAt(data, path).present) throw new DomainError('NOT_FOUND', `Nothing stands at ${path}.`);
      await patch(actor, id, { unset: [path] }, options);
    },

    /** Newest first, 100 unless said; `before` is the id of a change. */
    async history(
      actor: Actor,
      id: string,
      query: { limit?: number | undefined; before?: number | undefined } = {},
    ): Promise<ContextChange[]> {
      const context = await findContext(deps, actor, id);
      return store.contexts.history(context.id, { limit: query.limit ?? 100, before: query.before });
    },

    /** What became different from one version to another, leaf by leaf, out of the history; to the present one unless said. */
    async diff(actor: Actor, id: string, query: { from: number; to?: number | undefined }): Promise<ContextDiff> {
      const context = await findContext(deps, actor, id);
      const { from, to = context.version } = query;
      const wrong = (['from', 'to'] as const).filter((end) => {
        const version = end === 'from' ? from : to;
        return !Number.isInteger(version) || version < 1 || version > context.version;
      });
      if (wrong.length > 0)
        throw invalid(wrong.map((path) => ({ path, message: `The versions go from 1 to ${context.version}` })));
      if (from > to) throw invalid([{ path: 'to', message: 'Name the earlier version as `from`' }]);
      const changes = await store.contexts.history(id, { limit: diffedChanges, from: from + 1, to });
      return { from, to, ...diffOf(foldChanges(changes.reverse())) };
    },

    /** `{ sessionId, name? }`: a copy for another session of the team, which keeps where it came from. */
    async share(actor: Actor, id: string, raw: unknown): Promise<Context> {
      writing(actor);
      const parsed = shareContextInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const source = await findContext(deps, actor, id);
      const session = await sessionNamed(actor, parsed.data.sessionId);
      if (session.id === source.sessionId)
        throw invalid([{ path: 'sessionId', message: 'It is that session’s context already' }]);
      await mayWriteContext(deps, actor, { scope: 'session', sessionId: session.id });
      const { version, scope, sessionId } = source;
      const sharedFrom = {
        contextId: source.id,
        version,
        scope,
        sessionId,
        by: actor.name,
        at: deps.clock().toISOString(),
      };
      return store.transaction((tx) =>
        storeContext(
          deps,
          tx,
          {
            teamId: source.teamId,
            name: parsed.data.name ?? source.name,
            scope: 'session',
            sessionId: session.id,
            agentId: null,
            data: source.data,
            metadata: { ...source.metadata, sharedFrom },
            createdBy: personOf(actor),
          },
          actor,
        ),
      );
    },

    /** Makes it global: it never expires and every session's agents see it. Not from temporary. */
    async promote(actor: Actor, id: string, options: Seen = {}): Promise<Context> {
      authorize(actor, 'context.promote', { teamId: teamOf(actor), resource: 'contexts' });
      const found = await findContext(deps, actor, id);
      return store.transaction(async (tx) => {
        const context = await lockContext(tx, found);
        await assertSeen(tx, context, options.version, []);
        const { scope, sessionId, agentId, version } = context;
        if (scope === 'temporary' || scope === 'global')
          throw new DomainError(
            'INVALID_TRANSITION',
            scope === 'global'
              ? 'It is global already.'
              : 'A temporary context cannot become global: it was meant to go.',
            { details: { from: scope, to: 'global', allowed: [] } },
          );
        const promotedFrom = { scope, sessionId, agentId, version, by: actor.name, at: deps.clock().toISOString() };
        const promoted = await tx.contexts.write(id, {
          version,
          data: context.data,
          changes: [],
          actor,
          metadata: { ...context.metadata, promotedFrom },
          scope: 'global',
          sessionId: null,
          expiresAt: null,
        });
        // Told where it was: watchers of the session see it leave.
        await tellChange(tx, { ...promoted, sessionId }, [], actor, { promotedFrom: scope });
        await tx.audit.append({
          teamId: context.teamId,
          actor,
          action: 'context.promoted',
          subject: { kind: 'context', id },
          before: { scope, sessionId, agentId },
          after: { scope: 'global' },
        });
        return promoted;
      });
    },

    /** `{ targetId, sourceIds, strategy, resolutions?, name? }` → a new context; manual with conflicts → CONFLICT holding them. */
    merge: (actor: Actor, raw: unknown): Promise<{ context: Context; conflicts: readonly MergeConflict[] }> =>
      mergeIntoNew(deps, actor, raw),

    /** What a session's agents see: its own contexts and the team's global ones. */
    async ofSession(actor: Actor, ref: string): Promise<Context[]> {
      reading(actor);
      const session = await store.sessions.get(teamOf(actor), ref);
      if (!session) throw new DomainError('NOT_FOUND', `There is no session ${ref}.`);
      return [...(await store.contexts.ofSession(session.id)), ...(await store.contexts.global(session.teamId))];
    },
  };
}
