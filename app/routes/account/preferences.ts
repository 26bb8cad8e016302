import { redirect } from 'react-router';
import { guarded } from '../../errors.server.ts';
import { localPath } from '../../local-path.ts';
import { preferenceHeaders } from '../../preferences.server.ts';
import type { Route } from './+types/preferences.ts';

export const loader = () => redirect('/account');

/** How the room looks on this device. Nothing of the team changes, so nobody has to be signed in. */
export const action = guarded(async ({ request }: Route.ActionArgs) => {
  const form = await request.formData();
  return redirect(localPath(String(form.get('back') ?? '/account')), { headers: await preferenceHeaders(form) });
});
