import { data } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { planAhead } from '../../plan-ahead.server.ts';
import type { Route } from './+types/plan.ts';

/** The plan of a session that is not there yet; nothing is kept. */
export const action = guarded(async ({ request, context }: Route.ActionArgs) =>
  data(await planAhead(context.get(servicesContext).plans, actorOf(context), await request.formData())),
);
