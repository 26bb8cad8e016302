import { Form, redirect } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { PageHeader } from '../../components/page.tsx';
import { ActionLink } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/session-deleted.ts';

export const meta: Route.MetaFunction = ({ matches, params }) => roomTitle(matches, `${params.slug} deleted`);

export const action = guarded(async ({ context, params }: Route.ActionArgs) => {
  await context.get(servicesContext).sessions.undelete(actorOf(context), params.slug);
  return redirect(`/sessions/${params.slug}`);
});

/** Where a deletion leads, and where it can be undone. */
export default function SessionDeleted({ params }: Route.ComponentProps) {
  return (
    <>
      <PageHeader title={`${params.slug} is deleted`} note="It left every list. It can be brought back for 30 days." />
      <div className="flex max-w-2xl flex-col items-start gap-4 p-3 lg:p-4">
        <Form method="post" className="w-full">
          <Bar label="Undo" consequence={`${params.slug} comes back as it was.`} />
        </Form>
        <ActionLink to="/sessions/-/deleted">To the deleted sessions</ActionLink>
      </div>
    </>
  );
}
