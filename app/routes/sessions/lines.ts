import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { filterFrom } from '../../session-filter.ts';
import { linesOf } from '../../session-lines.server.ts';
import { linesInPage, type SessionLinePage } from '../../session-lines.ts';
import { mostRefreshed } from '../../session-rows.ts';
import type { Route } from './+types/lines.ts';

/** The page of the list after `?cursor=`; with `?id=` those of the list among the ids, as they are now. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs): Promise<SessionLinePage> => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const ids = url.searchParams.getAll('id').slice(0, mostRefreshed);
  const filter = { ...filterFrom(url.searchParams), ...(ids.length === 0 ? {} : { ids }) };
  const limit = ids.length === 0 ? linesInPage : mostRefreshed;
  const page = await services.sessions.list(actor, filter, { cursor, limit });
  return { items: await linesOf(services, actor, page.items), nextCursor: page.nextCursor };
});
