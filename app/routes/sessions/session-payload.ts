import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-payload.ts';

/** The whole of a payload that was too long for its event. Shown as plain text: it may hold anything an agent wrote. */
export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const text = await context.get(servicesContext).timeline.output(actorOf(context), params.hash);
  return new Response(text, {
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, max-age=86400',
    },
  });
});
