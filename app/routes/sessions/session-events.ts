import { eventTypes } from '../../../server/domain/events.ts';
import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-events.ts';

const most = 1_000;

/** A page of a session's events, for a timeline that is scrolled or searched: those after a number, of some types. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const number = (name: string) => Number(url.searchParams.get(name)) || 0;
  const types = eventTypes.filter((type) => url.searchParams.getAll('type').includes(type));
  const page = await context.get(servicesContext).timeline.ofSession(actorOf(context), params.slug, {
    after: Math.max(0, Math.trunc(number('after'))),
    limit: Math.min(most, Math.max(1, Math.trunc(number('limit')) || most)),
    types: types.length === 0 ? undefined : types,
  });
  return Response.json({
    items: page.items.map(({ teamId: _, ...event }) => event),
    nextAfter: page.nextAfter,
    lastSeq: page.lastSeq,
  });
});
