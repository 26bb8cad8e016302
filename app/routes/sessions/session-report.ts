import { actorOf } from '../../auth.server.ts';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-report.ts';

/** The session as one file to take along: HTML without scripts, good on paper. */
export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const { id: requestId } = context.get(requestContext);
  const { reports } = context.get(servicesContext);
  const { html, bytes, fileName } = await reports.ofSession(actorOf(context), params.slug, { requestId });
  return new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(bytes),
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Cache-Control': 'no-store',
    },
  });
});
