import { redirect } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { servicesContext, signedInContext } from '../../context.ts';
import { download } from '../../download.server.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/person-export.ts';

/** What the team keeps of a person, as JSON; led here by the page, which asks for the password where it is needed. */
export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const { peopleData, proofs } = context.get(servicesContext);
  if (!proofs.stands(context.get(signedInContext).provenAt)) return redirect('/admin/personal-data');
  return download(await peopleData.exportOf(actorOf(context), params.id), `person-${params.id.slice(0, 8)}.json`);
});
