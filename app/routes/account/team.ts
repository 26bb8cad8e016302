import { redirect } from 'react-router';
import { servicesContext, signedInContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/team.ts';

export const loader = () => redirect('/account');

/** Puts this login into another of the person's teams. Pages of the one before are of no use there: it opens at the overview. */
export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const { actor, loginId } = context.get(signedInContext);
  const form = await request.formData();
  await context.get(servicesContext).teams.switchTo(actor, loginId, String(form.get('team') ?? ''));
  return redirect('/');
});
