import type { Actor } from '../domain/actor.ts';
import type { Deps } from './deps.ts';
import { runRetention } from './retention.ts';

/** How long what nobody needs any more is kept, in days. */
const kept = { logins: 30, delivered: 30, dead: 90, bundles: 30, work: 90, reports: 7 } as const;
/** Refs are looked for where a checkpoint was made since then; the chore comes every day. */
const refsSince = 30;

/** What the clock asks for: forgetting what is over, and reading the audit anew. */
export function createUpkeep(deps: Pick<Deps, 'store' | 'log' | 'workspaces' | 'clock' | 'secrets'>) {
  const { store, log, workspaces } = deps;
  return {
    /**
     * Logins that ended a month ago, idempotency keys after their day, deliveries that are settled for long, commits of
     * sessions that ended three months ago (the mirrors keep them), what agents outside reported of attempts long over.
     */
    async prune(): Promise<Record<'logins' | 'idempotencyKeys' | 'deliveries' | 'work' | 'reports', number>> {
      return {
        ...(await store.retention.pruneKept({ work: kept.work, reports: kept.reports })),
        logins: await store.logins.prune(kept.logins),
        idempotencyKeys: await store.idempotency.prune(),
        deliveries: await store.webhooks.prune({ delivered: kept.delivered, dead: kept.dead }),
      };
    },

    /** In git: refs of checkpoints the database has pruned, and bundles of unfinished work that nobody came for. */
    async pruneGit(): Promise<{ refs: number; bundles: number }> {
      let refs = await forgetGone();
      for (const { sessionId, upTo, repository } of await store.checkpoints.pruned(refsSince)) {
        try {
          refs += await workspaces.unpinCheckpoints(repository, { id: sessionId }, upTo);
        } catch (error) {
          // A repository that cannot be reached keeps its refs until it can; the others need not wait for it.
          log.warn({ err: error, repository: repository.id }, 'Refs of pruned checkpoints could not be removed');
        }
      }
      return { refs, bundles: await workspaces.pruneBundles(kept.bundles) };
    },

    /** What each team no longer keeps. */
    async retain(): Promise<{ teams: number; failed: number }> {
      const teams = await store.teams.list();
      let failed = 0;
      for (const { id } of teams) {
        const clockwork: Actor = { kind: 'system', teamId: id, name: 'retention' };
        if ((await runRetention(deps, id, clockwork)).error !== null) failed += 1;
      }
      return { teams: teams.length, failed };
    },

    /** Every team's chain; a broken one is told to the log and on the audit's page until it is whole again. */
    async verifyAudit(): Promise<{ teams: number; broken: number }> {
      const teams = await store.teams.list();
      let broken = 0;
      for (const { id, slug } of teams) {
        const verdict = await store.audit.verify(id);
        await store.audit.noteCheck(id, verdict);
        if (verdict.firstBroken === null) continue;
        broken += 1;
        log.error(
          { team: slug, entry: verdict.firstBroken },
          'The audit chain is broken: an entry was changed or taken out',
        );
      }
      return { teams: teams.length, broken };
    },
  };
  /** Refs and branches in our mirrors of sessions that are gone for good. */
  async function forgetGone(): Promise<number> {
    let refs = 0;
    for (const repository of await store.repositories.all()) {
      // In a person's own repository another installation may work too: only what a run itself took away goes there.
      if (repository.kind !== 'url') continue;
      try {
        const kept = await workspaces.sessionsKept(repository);
        const known = new Set(await store.retention.known(kept));
        for (const id of kept) if (!known.has(id)) refs += await workspaces.forgetSession(repository, id);
      } catch (error) {
        log.warn({ err: error, repository: repository.id }, 'Refs of sessions that are gone could not be removed');
      }
    }
    return refs;
  }
}
