import { actorOf } from '../../auth.server.ts';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/session-report.ts';

/** The session as one file to take along: HTML without scripts, good on paper. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { context, params } = args;
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
