import { redirect } from 'react-router';
import { loginTokenOf, logoutHeader, originOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/logout.ts';

// Opened by address it changes nothing: logging out is a POST.
export const loader = () => redirect('/');

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const token = loginTokenOf(request);
  const { auth } = context.get(servicesContext);
  const login = await auth.actorFromLogin(token);
  const there =
    login === null ? null : await auth.signOnEnd(login.actor, login.loginId, `${originOf({ url, context })}/login`);
  if (token !== null) await auth.logout(token);
  return redirect(there ?? '/login', { headers: { 'Set-Cookie': logoutHeader({ url, context }) } });
});
