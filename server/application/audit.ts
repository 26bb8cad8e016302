import { type Actor, authorize } from '../domain/actor.ts';
import { type AuditVerdict, auditFilterInput } from '../domain/audit.ts';
import { invalidFromZod } from '../domain/errors.ts';
import { auditNames } from './audit-names.ts';
import type { Deps } from './deps.ts';
import type { AuditAnchor, AuditEntry, AuditFilter } from './record-port.ts';
import { findSession } from './sessions/find.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';

const exportPage = 500;
const dayMs = 86_400_000;

/** The team's record of what was done, for admins (access.md, Audit). */
export function createAudit(deps: Pick<Deps, 'store'>) {
  const { store } = deps;

  async function filterOf(raw: unknown): Promise<AuditFilter> {
    const parsed = auditFilterInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const { from, to, actor, ...words } = parsed.data;
    // Entries hold ids only, so a person is found by the address they sign in with.
    const person = actor?.includes('@') ? await store.users.byEmail(actor.toLowerCase()) : null;
    return {
      ...words,
      actor: person?.id ?? actor,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(Date.parse(to) + dayMs),
    };
  }

  return {
    /** Newest first. The filter is judged: INVALID names each field at fault. */
    async list(actor: Actor, filter: unknown, page: PageRequest): Promise<Page<AuditEntry>> {
      authorize(actor, 'audit.read');
      return store.audit.search(teamOf(actor), await filterOf(filter), page);
    },

    /** What was done to one session, newest first; for leads too. */
    async ofSession(actor: Actor, ref: string, page: PageRequest): Promise<Page<AuditEntry>> {
      const session = await findSession(deps, actor, ref, 'session.audit.read');
      return store.audit.search(session.teamId, { subject: session.id }, page);
    },

    /** The same with the names of who did it, by id: to be read as a story. */
    async storyOf(
      actor: Actor,
      ref: string,
      page: PageRequest,
    ): Promise<Page<AuditEntry> & { names: Readonly<Record<string, string>> }> {
      const session = await findSession(deps, actor, ref, 'session.audit.read');
      const found = await store.audit.search(session.teamId, { subject: session.id }, page);
      return { ...found, names: await auditNames(deps, session.teamId, found.items) };
    },

    /** Names of who these entries are by and of what they are about, by id. */
    async names(actor: Actor, entries: readonly AuditEntry[]): Promise<Record<string, string>> {
      authorize(actor, 'audit.read');
      return auditNames(deps, teamOf(actor), entries);
    },

    /** Reads the whole chain anew and names the first broken entry. */
    async verify(actor: Actor): Promise<AuditVerdict> {
      authorize(actor, 'audit.read');
      const teamId = teamOf(actor);
      const verdict = await store.audit.verify(teamId);
      await store.audit.noteCheck(teamId, verdict);
      return verdict;
    },

    /** What the last reading found, the daily one or one that somebody asked for; null before the first. */
    async lastCheck(actor: Actor): Promise<(AuditVerdict & { at: Date }) | null> {
      authorize(actor, 'audit.read');
      return store.audit.lastCheck(teamOf(actor));
    },

    /** Where retention has cut the chain; null: it is there from its first entry. */
    async anchor(actor: Actor): Promise<AuditAnchor | null> {
      authorize(actor, 'audit.read');
      return store.audit.anchor(teamOf(actor));
    },

    /**
     * The whole chain as JSON Lines, oldest first, with everything its hashes are made of. That it was taken is the last
     * entry in it.
     */
    async exportLines(actor: Actor): Promise<AsyncIterable<string>> {
      authorize(actor, 'audit.read');
      const teamId = teamOf(actor);
      await store.audit.append({ teamId, actor, action: 'audit.exported', subject: { kind: 'team', id: teamId } });
      return lines(teamId);
    },

    /** For local administration: every team's chain, whoever asks. */
    async verifyAll(): Promise<(AuditVerdict & { team: string })[]> {
      const verdicts = [];
      for (const { id, slug } of await store.teams.list())
        verdicts.push({ team: slug, ...(await store.audit.verify(id)) });
      return verdicts;
    },
  };

  async function* lines(teamId: string): AsyncGenerator<string> {
    // Where retention cut, whoever checks the export begins with the hash that stands here.
    const anchor = await store.audit.anchor(teamId);
    if (anchor !== null) yield `${JSON.stringify({ teamId, anchor })}\n`;
    for (let after = 0; ; ) {
      const entries = await store.audit.list(teamId, { after, limit: exportPage });
      yield entries.map((entry) => `${JSON.stringify({ teamId, ...entry })}\n`).join('');
      const last = entries.at(-1);
      if (last === undefined || entries.length < exportPage) return;
      after = last.number;
    }
  }
}
