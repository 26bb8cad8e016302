import { type Actor, authorize } from '../../domain/actor.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import type { Context, ContextData, ContextScope } from '../../domain/context.ts';
import { assertContextData } from '../../domain/context-data.ts';
import { leafChanges } from '../../domain/context-leaves.ts';
import { contextExpiry } from '../../domain/context-life.ts';
import { pathsTouch } from '../../domain/context-path.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import type { LeafChange } from '../knowledge-port.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';

/** How many keys an event names. */
const toldKeys = 50;
/** How far back a stale writer is told what changed. */
const lookedAt = 10_000;

/**
 * FORBIDDEN unless the actor may write here: members write, what reaches every session of the team (global, or an agent's
 * own) is a lead's, and an agent writes only to the session it is working in.
 */
export async function mayWriteContext(
  deps: Deps,
  actor: Actor,
  where: { scope: ContextScope; sessionId: string | null },
): Promise<void> {
  authorize(actor, 'context.write', { teamId: teamOf(actor), resource: 'contexts' });
  if (where.scope === 'global' || where.scope === 'agent')
    authorize(actor, 'context.promote', { teamId: teamOf(actor), resource: 'contexts' });
  if (actor.kind !== 'agent') return;
  const attempts = where.sessionId === null ? [] : await deps.store.attempts.bySession(where.sessionId);
  if (!attempts.some((attempt) => attempt.agentId === actor.id && !attemptEnded(attempt.status)))
    throw new DomainError('FORBIDDEN', 'An agent writes only to the contexts of the session it works in.');
}

/** The context, when the team has it; permission to read is asked first. */
export async function findContext(deps: Deps, actor: Actor, id: string): Promise<Context> {
  authorize(actor, 'read', { teamId: teamOf(actor), resource: 'contexts' });
  const context = await deps.store.contexts.get(teamOf(actor), id);
  if (!context) throw new DomainError('NOT_FOUND', `There is no context ${id}.`);
  return context;
}

/** Locks the session first where there is one (its events are appended under that lock), then the context. */
export async function lockContext(tx: Tx, found: Context): Promise<Context> {
  if (found.sessionId !== null) await tx.sessions.lock(found.sessionId);
  return tx.contexts.lock(found.teamId, found.id);
}

/** CONFLICT, with both versions and those of the writer's keys that were changed since, when the writer saw another version. */
export async function assertSeen(
  tx: Tx,
  context: Context,
  seen: number | undefined,
  keys: readonly string[],
): Promise<void> {
  if (seen === undefined || seen === context.version) return;
  const since = await tx.contexts.history(context.id, { limit: lookedAt, from: seen + 1 });
  const theirs = [...new Set(since.map(({ path }) => path))];
  const both = keys.filter((key) => theirs.some((path) => pathsTouch(key, path)));
  throw new DomainError(
    'CONFLICT',
    `The context changed meanwhile: it is at version ${context.version}, you saw ${seen}.${both.length > 0 ? ` Both changed: ${both.slice(0, 5).join(', ')}.` : ''}`,
    { details: { expected: seen, actual: context.version, keys: both } },
  );
}

/** Writes new data under the lock, with its history, its expiry and its event; the same data again changes nothing. */
export async function writeData(
  deps: Pick<Deps, 'clock'>,
  tx: Tx,
  context: Context,
  data: ContextData,
  actor: Actor,
  further: { name?: string | undefined; metadata?: Readonly<Record<string, unknown>> | undefined } = {},
): Promise<Context> {
  assertContextData(data);
  const changes = leafChanges(context.data, data);
  if (changes.length === 0 && further.name === undefined && further.metadata === undefined) return context;
  const { createdAt } = context;
  const expiresAt =
    context.scope === 'agent'
      ? contextExpiry('agent', { now: deps.clock(), createdAt, sessionEndedAt: null })
      : undefined;
  const written = await tx.contexts.write(context.id, {
    version: context.version,
    data,
    changes,
    actor,
    ...further,
    expiresAt,
  });
  await tellChange(tx, written, changes, actor);
  return written;
}

/** `context.changed`, on the session's timeline when it belongs to one, else on the team's. */
export async function tellChange(
  tx: Tx,
  context: Context,
  changes: readonly LeafChange[],
  actor: Actor,
  more: Record<string, unknown> = {},
): Promise<void> {
  const { id: contextId, scope, version } = context;
  const keys = changes.slice(0, toldKeys).map(({ path }) => path);
  const payload = { contextId, scope, version, keys, keysTotal: changes.length, ...more };
  if (context.sessionId === null)
    await tx.events.appendTeam(context.teamId, { type: 'context.changed', actor, payload });
  else await tx.events.append(context.sessionId, [{ type: 'context.changed', actor, payload }]);
}

/** Stores a new context as version 1, with its history and its event. A session's is made under the session's lock. */
export async function storeContext(
  deps: Pick<Deps, 'secrets' | 'clock'>,
  tx: Tx,
  context: Pick<Context, 'teamId' | 'name' | 'scope' | 'sessionId' | 'agentId' | 'data' | 'metadata' | 'createdBy'>,
  actor: Actor,
): Promise<Context> {
  assertContextData(context.data);
  const session = context.sessionId === null ? null : await tx.sessions.lock(context.sessionId);
  const now = deps.clock();
  const expiresAt = contextExpiry(context.scope, { now, createdAt: now, sessionEndedAt: session?.endedAt ?? null });
  if (expiresAt !== null && expiresAt <= now)
    throw new DomainError('CONFLICT', 'That session ended too long ago: what it knew is no longer kept.');
  const changes = leafChanges({}, context.data);
  const stored = await tx.contexts.create({ ...context, id: deps.secrets.uuid(), expiresAt }, changes, actor);
  await tellChange(tx, stored, changes, actor);
  return stored;
}
