import { errorCodeOf } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { choosePlan } from '../plan-source.ts';
import type { Drivers } from './drivers.ts';
import { followPlanner, openPlanner } from './planner.ts';
import { failPlanning, landPlan } from './write-plan.ts';

/**
 * Brings the planning of a running session one step on (domain.md 4): writes the plan of a blueprint at once, or has a
 * planner asked. Answers the planned session, or null while there is no plan yet (or never: the session has then failed with
 * the reason). Everything it decides follows from rows, so another dispatcher goes on where this one stopped.
 */
export async function planSession(
  deps: Deps,
  session: Session,
  drivers: Pick<Drivers, 'start' | 'keepAttempts'>,
): Promise<Session | null> {
  const planner = await deps.store.tasks.planOf(session.id);
  if (planner !== null) return followPlanner(deps, session, planner, drivers);
  try {
    const { tasks, source } = await choosePlan(deps, session);
    if (tasks !== null) return await landPlan(deps, session, tasks, source);
    return await followPlanner(deps, session, await openPlanner(deps, session, source), drivers);
  } catch (error) {
    // What a person must mend (a blueprint that is gone, a parameter it no longer takes) is said; anything else is thrown.
    if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
    await failPlanning(deps, session, error.message);
    return null;
  }
}
