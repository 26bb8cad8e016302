import { wholeStrip } from '../annunciator.ts';
import { actorOf } from '../auth.server.ts';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import type { Route } from './+types/signals.ts';

/** The tiles alone: what the strip asks for again when the team's events say that something changed. */
export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { system } = context.get(servicesContext);
  return { tiles: wholeStrip(await system.annunciator(actorOf(context))), at: new Date() };
});
