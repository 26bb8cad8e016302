// Who sits there, asked again before what weighs. One call in an action; the page and what was typed take care of themselves.
import { data, type RouterContextProvider, redirect } from 'react-router';
import { type DomainError, httpStatusOf } from '../server/domain/errors.ts';
import { type WeightyAction, weightyActions } from '../server/domain/weighty.ts';
import { clientOf } from './auth.server.ts';
import { requestContext, servicesContext, signedInContext } from './context.ts';
import { asDomainError } from './errors.server.ts';
import { localPath } from './local-path.ts';
import type { Problem } from './problem.ts';
import { proofField } from './proof.ts';
import { takePath } from './take.ts';

interface ActionArgs {
  readonly request: Request;
  readonly context: Readonly<RouterContextProvider>;
}

/**
 * Call it in an action before the service, with the form as it was read: `await requireProof(args, form, 'token.create')`.
 * Returns when the login was proven within 15 minutes, or the form brings the right password (`ProofField`), which it
 * takes out of `form`. Otherwise it throws what the room shows as one page: the password is asked for there and the same
 * form is sent to the same action again, every text field as it was; an uploaded file has to be chosen anew. Guesses are
 * limited as those of the sign-in are. Tokens never come this way: they are no person at a page.
 */
export async function requireProof(
  { request, context }: ActionArgs,
  form: FormData,
  action: WeightyAction,
): Promise<void> {
  const { proofs } = context.get(servicesContext);
  const login = context.get(signedInContext);
  const password = form.get(proofField);
  form.delete(proofField);
  if (proofs.stands(login.provenAt)) return;
  let refused: DomainError | null = null;
  if (typeof password === 'string' && password !== '') {
    try {
      await proofs.give(login.actor, login.loginId, password, clientOf(request, context));
      context.set(signedInContext, { ...login, provenAt: new Date() });
      return;
    } catch (error) {
      refused = asDomainError(error);
      if (refused === null || (refused.code !== 'UNAUTHENTICATED' && refused.code !== 'RATE_LIMITED')) throw error;
    }
  }
  const code = refused?.code ?? 'UNAUTHENTICATED';
  const problem: Problem = {
    code,
    message: `Your password is needed again for ${weightyActions[action]}.`,
    requestId: context.get(requestContext).id,
    retryAfterSeconds: refused?.retryAfterSeconds ?? null,
    proof: {
      for: weightyActions[action],
      path: pathOf(request),
      fields: [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
      refused: refused?.message ?? null,
      by: (await proofs.byPassword(login.actor)) ? 'password' : 'sign_in',
      minutes: proofs.seconds / 60,
    },
  };
  throw data(problem, { status: httpStatusOf(code), headers: { 'Cache-Control': 'no-store' } });
}

/**
 * Call it in the loader of a file that takes data along: leads to the page that asks for the password where the last proof
 * is too old, and from there back to the file.
 */
export function requireProofToTake({ request, context }: ActionArgs): void {
  const { proofs } = context.get(servicesContext);
  if (!proofs.stands(context.get(signedInContext).provenAt)) throw redirect(takePath(pathOf(request)));
}

/** Where a plain form would be sent: without the marks of the router's own data requests. */
function pathOf(request: Request): string {
  const url = new URL(request.url);
  url.searchParams.delete('_routes');
  return localPath(url.pathname + url.search);
}
