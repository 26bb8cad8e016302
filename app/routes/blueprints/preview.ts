import { data } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { judgeDraft } from '../../blueprint-draft.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/preview.ts';

/** What a text that is being written would be; nothing is kept. */
export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  const { blueprints } = context.get(servicesContext);
  const { preview, problems } = await judgeDraft(blueprints, actorOf(context), String(form.get('yaml') ?? ''));
  // A text that is still being written is not a failed request.
  return data({ preview, problems });
});
