import type { Actor } from '../domain/actor.ts';
import type { PlanCollision, PlanPreview, SessionPlanPreview } from '../domain/plan-preview.ts';
import type { Deps } from './deps.ts';

/** Plans before they run: which source a session would have, what it is likely to take (domain.md 2.5, 4). */
export function createPlans(deps: Deps) {
  return {
    /** `{ title, prompt, blueprint?, parameters?, repositoryId?, parallelism?, model? }` of a session that is not there yet. */
    async preview(actor: Actor, raw: unknown): Promise<SessionPlanPreview> {
      return soon(deps, actor, raw);
    },
    /** The envelope of a planned session: hours, tokens, cost, with what they rest on. Null before there is a plan. */
    async envelope(actor: Actor, ref: string): Promise<Pick<PlanPreview, 'envelope' | 'basis'> | null> {
      return soon(deps, actor, ref);
    },
    /** Tasks of a stored graph that may collide, by task id. */
    async collisions(actor: Actor, ref: string): Promise<PlanCollision[]> {
      return soon(deps, actor, ref);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
