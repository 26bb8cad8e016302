import { redirect } from 'react-router';
import { originOf, signOnHeader } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { localPath } from '../../local-path.ts';
import type { Route } from './+types/sign-on.ts';

/** To the identity provider. It changes nothing here, so an address is enough to begin it. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const next = localPath(url.searchParams.get('next'));
  const { auth } = context.get(servicesContext);
  const begun = await auth.beginSignOn(`${originOf({ url, context })}/login/sign-on/done`, next);
  return redirect(begun.url, { headers: { 'Set-Cookie': signOnHeader(begun.flow, begun.seconds, { url, context }) } });
});
