import { type Actor, authorize, personOf } from '../../domain/actor.ts';
import type { Context, MergeStrategy } from '../../domain/context.ts';
import { mergeContextsInput } from '../../domain/context-input.ts';
import { type MergeDisagreement, type MergeSide, mergeContexts, widestScope } from '../../domain/context-merge.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import { mayWriteContext, storeContext } from './change.ts';

/** How many settled conflicts the new context's provenance names. */
const namedConflicts = 100;

/**
 * Merges contexts of one team into a new one (domain.md 5). It belongs where the most permissive of them belongs, and
 * keeps from what it came. Manual with a conflict nobody decided applies nothing: CONFLICT, with all of them.
 */
export async function mergeIntoNew(
  deps: Deps,
  actor: Actor,
  raw: unknown,
): Promise<{ context: Context; conflicts: readonly MergeDisagreement[] }> {
  const { store } = deps;
  const teamId = teamOf(actor);
  authorize(actor, 'context.write', { teamId, resource: 'contexts' });
  const parsed = mergeContextsInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const { targetId, sourceIds, strategy, resolutions } = parsed.data;
  const target = await named(deps, teamId, targetId, 'targetId');
  const sources = await Promise.all(sourceIds.map((id, at) => named(deps, teamId, id, `sourceIds.${at}`)));
  const all = [target, ...sources];
  const scope = widestScope(all.map((context) => context.scope));
  const home = all.find((context) => context.scope === scope) ?? target;
  await mayWriteContext(deps, actor, { scope, sessionId: home.sessionId });

  return store.transaction(async (tx) => {
    const side = await sidesOf(tx, strategy, all);
    const { data, conflicts } = mergeContexts(side(target), sources.map(side), strategy, resolutions);
    const strangers = Object.keys(resolutions).filter((path) => !conflicts.some((conflict) => conflict.path === path));
    if (strangers.length > 0)
      throw invalid(strangers.map((path) => ({ path: `resolutions.${path}`, message: 'They do not disagree there' })));
    const open = conflicts.filter(({ chosen }) => chosen === null);
    if (open.length > 0)
      throw new DomainError(
        'CONFLICT',
        `The contexts disagree at ${open.length} ${open.length === 1 ? 'place' : 'places'}; say in \`resolutions\` whose value is to stand at each.`,
        { details: { conflicts } },
      );
    const mergedFrom = all.map(({ id, version, scope, name }) => ({ contextId: id, version, scope, name }));
    const settled = conflicts.slice(0, namedConflicts).map(({ path, chosen }) => ({ path, chosen }));
    const context = await storeContext(
      deps,
      tx,
      {
        teamId,
        name: parsed.data.name ?? target.name,
        scope,
        sessionId: home.sessionId,
        agentId: home.agentId,
        data,
        metadata: { ...target.metadata, mergedFrom, strategy, settled, settledTotal: conflicts.length },
        createdBy: personOf(actor),
      },
      actor,
    );
    await tx.audit.append({
      teamId,
      actor,
      action: 'context.merged',
      subject: { kind: 'context', id: context.id },
      after: { mergedFrom, strategy, conflicts: conflicts.length },
    });
    return { context, conflicts };
  });
}

async function named(deps: Deps, teamId: string, id: string, field: string): Promise<Context> {
  const context = await deps.store.contexts.get(teamId, id);
  if (!context) throw invalid([{ path: field, message: `The team has no context ${id}` }]);
  return context;
}

// Only one strategy asks when a leaf was written, and reading a whole history is not free.
async function sidesOf(
  tx: Tx,
  strategy: MergeStrategy,
  contexts: readonly Context[],
): Promise<(context: Context) => MergeSide> {
  const written = strategy === 'last_write_wins' ? await tx.contexts.writtenAt(contexts.map(({ id }) => id)) : [];
  const times = new Map<string, Map<string, Date>>();
  for (const { contextId, path, at } of written) {
    const of = times.get(contextId) ?? new Map<string, Date>();
    times.set(contextId, of.set(path, at));
  }
  return ({ id, data, createdAt }) => ({ id, data, writtenAt: (path) => times.get(id)?.get(path) ?? createdAt });
}
