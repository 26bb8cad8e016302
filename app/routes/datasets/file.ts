import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { linesFile } from '../../lines.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/file.ts';

/** One file of a dataset, as it is offered now. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { params, url, context } = args;
  const asked = url.searchParams.get('part') ?? '';
  const { part, lines } = await context.get(servicesContext).datasets.file(actorOf(context), params.id, asked);
  return linesFile(part, lines);
});
