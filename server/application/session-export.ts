import type { Actor } from '../domain/actor.ts';
import { errorCodeOf } from '../domain/errors.ts';
import type { Deps } from './deps.ts';
import { createDiffs } from './diffs.ts';
import type { RecordMark } from './session-port.ts';
import { findSession } from './sessions/find.ts';

/** A whole session as JSON, in pieces: every row that hangs on it, and its change as a patch. */
export interface SessionExport {
  readonly slug: string;
  /**
   * One document: `format`, `exportedAt`, `version`, `session`, `tables` (rows by table) and `patch`: git's own text, to be
   * applied to the base commit; null when there is none, or it cannot be read here any more. Its last member is
   * `complete: true`: without it the file broke off.
   */
  readonly text: AsyncIterable<string>;
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
      const head = {
        format: 'orchestrator session 1',
        exportedAt: clock().toISOString(),
        version: settings.version,
        session: { id: session.id, slug: session.slug, title: session.title, status: session.status },
      };
      return { slug: session.slug, text: written(head, actor, session.id) };
    },
  };

  async function* written(head: object, actor: Actor, id: string): AsyncGenerator<string> {
    yield `${JSON.stringify(head).slice(0, -1)},"tables":{`;
    let open: string | null = null;
    for (let from: RecordMark | null = null; ; ) {
      const { table, rows, next }: Awaited<ReturnType<typeof store.sessions.records>> = await store.sessions.records(
        id,
        from,
      );
      const begin = `${open === null ? '' : '],'}\n${JSON.stringify(table)}:[`;
      if (rows.length > 0) {
        yield `${table === open ? ',' : begin}\n${rows.map((row) => JSON.stringify(row)).join(',\n')}`;
        open = table;
      }
      if (next === null) break;
      from = next;
    }
    yield `${open === null ? '' : ']'}},\n"patch":${JSON.stringify(await patchOf(actor, id))},"complete":true}\n`;
  }

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
