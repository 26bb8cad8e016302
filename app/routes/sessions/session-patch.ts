import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/session-patch.ts';

/** The changes as patch text, for `git apply`: of the whole session, or of one task. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const taskId = url.searchParams.get('taskId') ?? undefined;
  const patch = await context.get(servicesContext).diffs.patch(actorOf(context), params.slug, { taskId });
  return new Response(patch, {
    headers: {
      'Content-Type': 'text/x-diff; charset=utf-8',
      'Content-Disposition': `attachment; filename="${params.slug.replace(/[^\w-]/g, '')}.patch"`,
      'Cache-Control': 'no-store',
    },
  });
});
