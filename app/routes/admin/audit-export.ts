import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { linesFile } from '../../lines.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import type { Route } from './+types/audit-export.ts';

/** The team's whole audit as JSON Lines, to be kept and checked elsewhere. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { context } = args;
  return linesFile('audit.jsonl', await context.get(servicesContext).audit.exportLines(actorOf(context)));
});
