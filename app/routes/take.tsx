import { data, Form, Link, redirect, redirectDocument } from 'react-router';
import { PageHeader } from '../components/page.tsx';
import { ProofField } from '../components/proof.tsx';
import { Bar } from '../components/ui/button.tsx';
import { servicesContext, signedInContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import { requireProof } from '../proof.server.ts';
import { takeableAt } from '../take.ts';
import { roomTitle } from '../title.ts';
import type { Route } from './+types/take.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Take data along');

/** The file named in the address. Only what this page knows is ever led to. */
function fileIn(url: URL) {
  const file = takeableAt(url.searchParams.get('file'));
  if (file === null) throw data(null, { status: 404 });
  return file;
}

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const file = fileIn(url);
  if (context.get(servicesContext).proofs.stands(context.get(signedInContext).provenAt)) throw redirect(file.path);
  return file;
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const file = fileIn(args.url);
  await requireProof(args, await args.request.formData(), file.action);
  // A file, not a page: the browser fetches it.
  return redirectDocument(file.path);
});

/** Where an export leads whose password is too long ago. */
export default function Take({ loaderData: { what, page } }: Route.ComponentProps) {
  return (
    <>
      <PageHeader title="Take data along" note="What leaves the room is no longer kept by it." />
      <div className="flex max-w-2xl flex-col gap-4 p-3 lg:p-4">
        <p>You are about to download {what}. That you took it stands in the audit.</p>
        <Form method="post" reloadDocument className="flex flex-col gap-4">
          <ProofField />
          <Bar label="Download it" consequence="The file is made now; this page stays where it is" />
        </Form>
        <Link to={page} className="inline-flex min-h-11 items-center self-start underline">
          Back to where you were
        </Link>
      </div>
    </>
  );
}
