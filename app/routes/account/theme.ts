import { redirect } from 'react-router';
import { themeCookie } from '../../auth.server.ts';
import { guarded } from '../../errors.server.ts';
import { localPath } from '../../local-path.ts';
import { themeFrom } from '../../theme.ts';
import type { Route } from './+types/theme.ts';

export const loader = () => redirect('/account');

export const action = guarded(async ({ request }: Route.ActionArgs) => {
  const form = await request.formData();
  const theme = await themeCookie.serialize(themeFrom(form.get('theme')));
  return redirect(localPath(String(form.get('back') ?? '/account')), { headers: { 'Set-Cookie': theme } });
});
