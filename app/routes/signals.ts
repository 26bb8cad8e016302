import { wholeStrip } from '../annunciator.ts';
import { loginTokenOf } from '../auth.server.ts';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import type { Route } from './+types/signals.ts';

/**
 * The tiles alone: what the strip asks for again when the team's events say that something changed. Outside the gate,
 * since it is no place to be led back to: of a login that ended it says so, and the page goes through the gate itself.
 */
export const loader = guarded(async ({ request, context }: Route.LoaderArgs) => {
  const { auth, system } = context.get(servicesContext);
  const login = await auth.actorFromLogin(loginTokenOf(request));
  if (login === null || login.mustEnrol) return { ended: true as const };
  return { ended: false as const, tiles: wholeStrip(await system.annunciator(login.actor)), at: new Date() };
});
