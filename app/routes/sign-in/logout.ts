import { redirect } from 'react-router';
import { loginTokenOf, logoutHeader } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/logout.ts';

// Opened by address it changes nothing: logging out is a POST.
export const loader = () => redirect('/');

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const token = loginTokenOf(request);
  if (token !== null) await context.get(servicesContext).auth.logout(token);
  return redirect('/login', { headers: { 'Set-Cookie': logoutHeader({ url, context }) } });
});
