import { data, Link } from 'react-router';
import { clientOf, signedIn, signOnFlowOf, signOnHeader } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { localPath } from '../../local-path.ts';
import type { Route } from './+types/sign-on-done.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Sign in · Control room' }];

/** Back from the identity provider. */
export const loader = guarded(async ({ request, url, context }: Route.LoaderArgs) => {
  const { auth } = context.get(servicesContext);
  const over = signOnHeader('', 0, { url, context });
  try {
    const { login, next } = await auth.completeSignOn(
      url.pathname + url.search,
      signOnFlowOf(request),
      clientOf(request, context),
    );
    const response = await signedIn(login, { request, url, context }, localPath(next));
    response.headers.append('Set-Cookie', over);
    return response;
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || (known.code !== 'UNAUTHENTICATED' && known.code !== 'UNAVAILABLE')) throw error;
    return data({ message: known.message }, { status: 401, headers: { 'Set-Cookie': over } });
  }
});

/** Seen only when it did not work out. */
export default function SignOnDone({ loaderData }: Route.ComponentProps) {
  return (
    <Gate title="Not signed in" note="Nothing was changed.">
      <p role="alert" className="border-l-4 border-broken-rule px-4 py-3">
        {loaderData.message}
      </p>
      <p className="mt-6">
        <Link to="/login" className="inline-flex min-h-11 items-center underline">
          Back to the sign-in
        </Link>
      </p>
    </Gate>
  );
}
