import type { Deps } from './deps.ts';

/** How long what nobody needs any more is kept, in days. */
const kept = { logins: 30, delivered: 30, dead: 90, bundles: 30 } as const;
/** Refs are looked for where a checkpoint was made since then; the chore comes every day. */
const refsSince = 30;

/** What the clock asks for: forgetting what is over, and reading the audit anew. */
export function createUpkeep(deps: Pick<Deps, 'store' | 'log' | 'workspaces'>) {
  const { store, log, workspaces } = deps;
  return {
    /** Logins that ended a month ago, idempotency keys after their day, deliveries that are settled for long. */
    async prune(): Promise<{ logins: number; idempotencyKeys: number; deliveries: number }> {
      return {
        logins: await store.logins.prune(kept.logins),
        idempotencyKeys: await store.idempotency.prune(),
        deliveries: await store.webhooks.prune({ delivered: kept.delivered, dead: kept.dead }),
      };
    },

    /** In git: refs of checkpoints the database has pruned, and bundles of unfinished work that nobody came for. */
    async pruneGit(): Promise<{ refs: number; bundles: number }> {
      let refs = 0;
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
}
