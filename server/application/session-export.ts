import type { Actor } from '../domain/actor.ts';
import { errorCodeOf } from '../domain/errors.ts';
import type { Deps } from './deps.ts';
import { createDiffs } from './diffs.ts';
import { findSession } from './sessions/find.ts';

/** A whole session as data: every row that hangs on it, and its change as a patch. */
export interface SessionExport {
  readonly format: 'orchestrator session 1';
  readonly exportedAt: string;
  readonly version: string;
  readonly session: { readonly id: string; readonly slug: string; readonly title: string; readonly status: string };
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  /** Git's own text, to be applied to the base commit; null: there is none, or it cannot be read here any more. */
  readonly patch: string | null;
}

/** Takes a session out of the program, whole (access.md, Data care). Whoever may read it may have it. */
export function createSessionExport(deps: Deps) {
  const { store, clock, settings } = deps;
  const diffs = createDiffs(deps);
  return {
    async ofSession(actor: Actor, ref: string): Promise<SessionExport> {
      const session = await findSession(deps, actor, ref, 'read');
      await store.audit.append({
        teamId: session.teamId,
        actor,
        action: 'session.exported',
        subject: { kind: 'session', id: session.id },
      });
      return {
        format: 'orchestrator session 1',
        exportedAt: clock().toISOString(),
        version: settings.version,
        session: { id: session.id, slug: session.slug, title: session.title, status: session.status },
        tables: await store.sessions.records(session.id),
        patch: await patchOf(actor, session.id),
      };
    },
  };

  async function patchOf(actor: Actor, id: string): Promise<string | null> {
    try {
      return await diffs.patch(actor, id);
    } catch (error) {
      // A repository that is gone must not keep the rest from being taken out.
      if (errorCodeOf(error) === null) throw error;
      deps.log.warn({ err: error, session: id }, 'An export has no patch: the repository could not be read');
      return null;
    }
  }
}
