import type { Actor } from '../../domain/actor.ts';
import type { Deps } from '../deps.ts';
import { collectReport } from './collect.ts';
import { reportPage } from './page.ts';

export interface Report {
  readonly html: string;
  readonly bytes: number;
  readonly fileName: string;
}

/** A session to take along: one file that tells all of it. */
export function createReports(deps: Deps) {
  return {
    /** Built as it stands now, with every secret this program knows taken out; that it was taken is audited. */
    async ofSession(actor: Actor, ref: string, options: { requestId?: string | undefined } = {}): Promise<Report> {
      const facts = await collectReport(deps, actor, ref);
      const { session } = facts;
      const html = deps.redact(reportPage(facts));
      const bytes = Buffer.byteLength(html);
      await deps.store.audit.append({
        teamId: session.teamId,
        actor,
        action: 'session.reported',
        subject: { kind: 'session', id: session.id },
        after: { bytes, files: facts.diff.files.length, events: facts.events.length, audit: facts.audit !== null },
        requestId: options.requestId,
      });
      return { html, bytes, fileName: `${session.slug}.html` };
    },
  };
}
