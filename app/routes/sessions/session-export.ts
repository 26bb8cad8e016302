import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { linesFile } from '../../lines.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/session-export.ts';

/** The whole session as JSON: every row of it, and its change as a patch. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { context, params } = args;
  const { slug, text } = await context.get(servicesContext).sessionExport.ofSession(actorOf(context), params.slug);
  return linesFile(`${slug}.json`, text, 'application/json');
});
