import { getFormProps, useForm } from '@conform-to/react';
import { Form, Link, redirect, useNavigation } from 'react-router';
import { type LoginInput, loginInput } from '../../../server/domain/login.ts';
import { authenticatorFor, clientOf, loginTokenOf, signedIn } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar, buttonShape } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { useSignInMark } from '../../hooks/use-kept-forms.ts';
import { localPath } from '../../local-path.ts';
import type { Route } from './+types/login.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Sign in · Control room' }];

export const loader = guarded(async ({ request, url, context }: Route.LoaderArgs) => {
  const { auth } = context.get(servicesContext);
  const next = localPath(url.searchParams.get('next'));
  if (await auth.actorFromLogin(loginTokenOf(request))) throw redirect(next);
  if (await auth.needsSetup()) throw redirect('/setup');
  return {
    next,
    signOn: auth.signOnName,
    open: (await auth.openTeams()).length > 0,
    done: url.searchParams.get('done'),
  };
});

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const services = context.get(servicesContext);
  // The strategy reads the body itself, so the form is judged on a copy.
  const submission = parseForm(await request.clone().formData(), loginInput);
  if (submission.status !== 'success') return submission.reply({ hideFields: ['password'] });
  try {
    const login = await authenticatorFor(services, clientOf(request, context)).authenticate('form', request);
    return await signedIn(login, { request, url, context }, localPath(url.searchParams.get('next')));
  } catch (error) {
    return replyWith(submission, error, { hideFields: ['password'] });
  }
});

export default function Login({ loaderData, actionData }: Route.ComponentProps) {
  useSignInMark();
  const [form, fields] = useForm<LoginInput>({
    id: 'login',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
  });
  const pending = useNavigation().state !== 'idle' ? 'Signing in' : null;
  return (
    <Gate
      title="Sign in"
      note={
        loaderData.next === '/'
          ? 'The control room is behind this door.'
          : `You will be led back to ${loaderData.next}.`
      }
    >
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={{ email: 'E-mail', password: 'Password' }} />
        <TextField field={fields.email} label="E-mail" type="email" autoComplete="username" required />
        <TextField field={fields.password} label="Password" type="password" autoComplete="current-password" required />
        {loaderData.done === 'reset' && (
          <p role="status" className="border-l-4 border-live px-4 py-3">
            The new password is set. Sign in with it.
          </p>
        )}
        <Bar label="Sign in" consequence="Opens a login of 14 days, ended after 20 idle hours" pending={pending} />
      </Form>
      {loaderData.signOn !== null && (
        <p className="mt-6 border-t-2 border-line-2 pt-6">
          <Link
            to={
              loaderData.next === '/' ? '/login/sign-on' : `/login/sign-on?next=${encodeURIComponent(loaderData.next)}`
            }
            reloadDocument
            className={buttonShape({ weight: 'plain', className: 'w-full' })}
          >
            Sign in with {loaderData.signOn}
          </Link>
        </p>
      )}
      {loaderData.open && (
        <p className="mt-6">
          <Link to="/register" className="inline-flex min-h-11 items-center underline">
            No account yet? A team takes new people in.
          </Link>
        </p>
      )}
    </Gate>
  );
}
