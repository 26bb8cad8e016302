import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-events.ts';

const most = 1_000;

/** An older page of events for a timeline that scrolls up, or for a link to one of them. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const before = Number(url.searchParams.get('before'));
  const limit = Number(url.searchParams.get('limit'));
  const { items } = await context.get(servicesContext).timeline.latest(actorOf(context), params.slug, {
    before: Number.isInteger(before) && before > 0 ? before : undefined,
    limit: Number.isInteger(limit) ? Math.min(most, Math.max(1, limit)) : most,
  });
  return { items };
});
