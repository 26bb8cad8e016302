import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { download } from '../../download.server.ts';
import { guarded } from '../../errors.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/data.ts';

/** Everything kept of the person who is signed in, as JSON. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { context } = args;
  const data = await context.get(servicesContext).peopleData.exportOwn(actorOf(context));
  return download(data, 'my-data.json');
});
