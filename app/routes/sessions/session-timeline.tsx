import { actorOf } from '../../auth.server.ts';
import { Timeline } from '../../components/timeline.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-timeline.ts';
import { openedEvents } from './session-load.server.ts';

/** With `?before=<seq>` an older page for browsers without scripts; the others ask `events` for it. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const before = Number(url.searchParams.get('before'));
  if (!Number.isInteger(before) || before < 1) return { older: null };
  const page = await context
    .get(servicesContext)
    .timeline.latest(actorOf(context), params.slug, { before, limit: openedEvents });
  return { older: page.items };
});

export default function SessionTimeline({ loaderData }: Route.ComponentProps) {
  const { live, attempts } = useSessionRoom();
  return <Timeline live={live} attempts={attempts} older={loaderData.older} />;
}
