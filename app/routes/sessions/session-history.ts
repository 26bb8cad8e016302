import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-history.ts';
import { readHistory } from './session-history.server.ts';

/** What moved the session from its first second to now, for the scrubber, the bars and the marks of its timeline. */
export const loader = guarded(async ({ context, params }: Route.LoaderArgs) =>
  Response.json(await readHistory(context.get(servicesContext), actorOf(context), params.slug)),
);
