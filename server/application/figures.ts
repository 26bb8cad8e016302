import type { Actor } from '../domain/actor.ts';
import { errorRate, healthy, type Metrics } from '../domain/metrics.ts';
import type { Deps } from './deps.ts';
import { createDiffs } from './diffs.ts';
import { findSession } from './sessions/find.ts';

/** A session's metrics (domain.md 1.6): counted in the database and in git, never kept by hand. */
export function createFigures(deps: Deps) {
  const diffs = createDiffs(deps);
  return {
    async ofSession(actor: Actor, ref: string): Promise<Metrics> {
      const session = await findSession(deps, actor, ref, 'read');
      const { warnings, ...counted } = await deps.store.metrics.ofSession(session.id);
      const diff = await diffs.ofSession(actor, session.id);
      return {
        ...counted,
        errorRate: errorRate(counted.apiCalls, counted.apiErrors),
        healthy: healthy({
          apiCalls: counted.apiCalls,
          apiErrors: counted.apiErrors,
          retries: counted.retries,
          warnings,
        }),
        filesChanged: diff.files.length,
        linesAdded: diff.additions,
        linesRemoved: diff.deletions,
      };
    },
    totals: () => deps.store.metrics.totals(),
  };
}
