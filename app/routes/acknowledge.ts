import { redirect } from 'react-router';
import { acknowledge, tileKeys, wholeStrip } from '../annunciator.ts';
import { acknowledgedHeader, acknowledgedIn } from '../annunciator-cookie.ts';
import { actorOf } from '../auth.server.ts';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import { localPath } from '../local-path.ts';
import type { Route } from './+types/acknowledge.ts';

export const loader = () => redirect('/');

/** Acknowledges what is lit now, for a page without scripts; a page with them writes the same cookie itself. */
export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const { system } = context.get(servicesContext);
  const form = await request.formData();
  const tiles = wholeStrip(await system.annunciator(actorOf(context)));
  const seen = acknowledge(tiles, tileKeys, acknowledgedIn(request.headers.get('cookie') ?? ''));
  return redirect(localPath(String(form.get('back') ?? '/')), { headers: { 'Set-Cookie': acknowledgedHeader(seen) } });
});
