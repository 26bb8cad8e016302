import type { Actor } from '../../domain/actor.ts';
import type { Merge, Review } from '../../domain/review.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../sessions/find.ts';
import { createDecisions } from './decide.ts';
import { createMerging } from './merge.ts';
import { createThreads } from './threads.ts';

/** What leaves the room: comments on a change, the word of a person about it, and its way into the base. */
export function createReviews(deps: Deps) {
  return {
    threads: createThreads(deps),
    ...createDecisions(deps),
    ...createMerging(deps),

    /** What was decided and merged so far, newest first. */
    async history(actor: Actor, ref: string): Promise<{ reviews: Review[]; merges: Merge[] }> {
      const session = await findSession(deps, actor, ref, 'read');
      const [reviews, merges] = await Promise.all([
        deps.store.reviews.ofSession(session.id),
        deps.store.merges.ofSession(session.id),
      ]);
      return { reviews, merges };
    },
  };
}
