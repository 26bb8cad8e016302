import type { Actor } from '../../domain/actor.ts';
import type { Context, ContextData } from '../../domain/context.ts';
import { withValue } from '../../domain/context-data.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { storeContext, writeData } from './change.ts';

/** The name of the context a session's results and its agents' words go to. */
const ownName = 'What this session knows';

/** Sets values, by path, in the session's own context; the first write makes it. INVALID below a scalar or past a limit. */
export async function keepInSession(
  deps: Pick<Deps, 'secrets' | 'clock'>,
  tx: Tx,
  session: Pick<Session, 'id' | 'teamId'>,
  values: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<Context> {
  // The session's lock first: two first writes at once would make two contexts.
  await tx.sessions.lock(session.id);
  const [own] = await tx.contexts.ofSession(session.id);
  const context = own === undefined ? null : await tx.contexts.lock(session.teamId, own.id);
  let data: ContextData = context?.data ?? {};
  for (const [path, value] of Object.entries(values)) data = withValue(data, path, value);
  if (context !== null) return writeData(deps, tx, context, data, actor);
  const { id: sessionId, teamId } = session;
  const fresh = { teamId, name: ownName, scope: 'session' as const, sessionId, agentId: null, data, metadata: {} };
  return storeContext(deps, tx, { ...fresh, createdBy: null }, actor);
}
