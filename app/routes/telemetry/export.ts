import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { linesFile } from '../../lines.server.ts';
import { requireProofToTake } from '../../proof.server.ts';
import { eventFilterFrom } from '../../telemetry-filter.ts';
import type { Route } from './+types/export.ts';

/** The events of a filter as JSON Lines, the newest first. */
export const loader = guarded(async (args: Route.LoaderArgs) => {
  requireProofToTake(args);
  const { url, context } = args;
  const { telemetry } = context.get(servicesContext);
  return linesFile('events.jsonl', await telemetry.exportLines(actorOf(context), eventFilterFrom(url.searchParams)));
});
