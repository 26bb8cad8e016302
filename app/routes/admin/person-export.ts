import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { download } from '../../download.server.ts';
import { guarded } from '../../errors.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/person-export.ts';

/** What the team keeps of a person, as JSON; led here by the page, which asks for the password where it is needed. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { context, params } = args;
  const { peopleData } = context.get(servicesContext);
  return download(await peopleData.exportOf(actorOf(context), params.id), `person-${params.id.slice(0, 8)}.json`);
});
