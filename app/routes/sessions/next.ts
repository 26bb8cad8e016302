import { redirect } from 'react-router';
import { attentions } from '../../../server/domain/session.ts';
import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { nextSlug } from '../../next-session.ts';
import type { Route } from './+types/next.ts';

const waiting = attentions.filter((kind) => kind !== 'none');

/** The session that has waited longest for a person, or the one after `?after=`; where none waits, the asks say so. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { sessions } = context.get(servicesContext);
  const { items } = await sessions.list(actorOf(context), { attention: waiting, sort: 'attention' }, { limit: 100 });
  const slug = nextSlug(
    items.map((session) => session.slug),
    url.searchParams.get('after'),
  );
  return redirect(slug === null ? '/asks' : `/sessions/${slug}`);
});
