import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/since.ts';

/** What came after a cursor: asked for when the live link was away. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const after = Number(url.searchParams.get('after'));
  const from = Number.isSafeInteger(after) && after > 0 ? after : 0;
  const { events, ...rest } = await context.get(servicesContext).telemetry.since(actorOf(context), from);
  return { ...rest, events: events.map(({ teamId: _, ...event }) => event) };
});
