import type { Context } from '../../domain/context.ts';
import { leavesOf } from '../../domain/context-leaves.ts';
import type { KnownLeaf } from '../../domain/context-relevance.ts';
import type { Session } from '../../domain/session.ts';
import type { Tx } from '../store-port.ts';

/** What an agent working in this session may know: the session's own contexts, then its own, then the team's global ones. */
export async function contextsFor(
  tx: Pick<Tx, 'contexts'>,
  session: Pick<Session, 'id' | 'teamId'>,
  agentId: string | null,
): Promise<Context[]> {
  return [
    ...(await tx.contexts.ofSession(session.id)),
    ...(agentId === null ? [] : await tx.contexts.ofAgent(agentId)),
    ...(await tx.contexts.global(session.teamId)),
  ];
}

/** Every leaf of these contexts, with the moment it was last written. */
export async function leavesKnown(tx: Pick<Tx, 'contexts'>, contexts: readonly Context[]): Promise<KnownLeaf[]> {
  if (contexts.length === 0) return [];
  const times = new Map<string, Date>();
  for (const { contextId, path, at } of await tx.contexts.writtenAt(contexts.map(({ id }) => id)))
    times.set(`${contextId} ${path}`, at);
  return contexts.flatMap(({ id, scope, data, createdAt }) =>
    [...leavesOf(data)].map(([path, value]) => ({ scope, path, value, at: times.get(`${id} ${path}`) ?? createdAt })),
  );
}
