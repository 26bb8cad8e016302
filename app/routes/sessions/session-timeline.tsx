import { actorOf } from '../../auth.server.ts';
import { SessionKept } from '../../components/session-kept.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-timeline.ts';
import { openedEvents } from './session-load.server.ts';

/** With `?before=<seq>` an older page for browsers without scripts; the others ask `events` for it. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const { retention, timeline } = context.get(servicesContext);
  const trims = await retention.ofSession(actorOf(context), params.slug);
  const before = Number(url.searchParams.get('before'));
  if (!Number.isInteger(before) || before < 1) return { older: null, trims };
  const page = await timeline.latest(actorOf(context), params.slug, { before, limit: openedEvents });
  return { older: page.items, trims };
});

export default function SessionTimeline({ loaderData, params }: Route.ComponentProps) {
  const { live, attempts } = useSessionRoom();
  return (
    <>
      <Timeline live={live} attempts={attempts} older={loaderData.older} />
      <SessionKept slug={params.slug} trims={loaderData.trims} />
    </>
  );
}
