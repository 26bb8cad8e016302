import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/yaml.ts';

/** A blueprint as a file, the text as it stands in the catalogue. */
export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const version = url.searchParams.get('version') ?? undefined;
  const blueprint = await context.get(servicesContext).blueprints.get(actorOf(context), params.key, version);
  return new Response(blueprint.yaml, {
    headers: {
      'Content-Type': 'application/yaml; charset=utf-8',
      'Content-Disposition': `attachment; filename="${blueprint.key.replace(/[^\w-]/g, '')}.yaml"`,
      'Cache-Control': 'no-store',
    },
  });
});
