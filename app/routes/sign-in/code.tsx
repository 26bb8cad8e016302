import { getFormProps, useForm } from '@conform-to/react';
import { Form, Link, redirect, useNavigation } from 'react-router';
import { codeInput } from '../../../server/domain/second-factor.ts';
import { clientOf, secondStepOf, signedIn } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { localPath } from '../../local-path.ts';
import type { Route } from './+types/code.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Second factor · Control room' }];

export const loader = guarded(async ({ request, context }: Route.LoaderArgs) => {
  if (!(await context.get(servicesContext).auth.awaitsCode(secondStepOf(request)))) throw redirect('/login');
  return null;
});

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), codeInput);
  if (submission.status !== 'success') return submission.reply({ hideFields: ['code'] });
  const next = localPath(url.searchParams.get('next'));
  try {
    const { auth } = context.get(servicesContext);
    const login = await auth.loginWithCode(secondStepOf(request), submission.value, clientOf(request, context));
    return await signedIn(login, { request, url, context }, next);
  } catch (error) {
    if (asDomainError(error)?.code === 'UNAUTHENTICATED') throw redirect(`/login?next=${encodeURIComponent(next)}`);
    return replyWith(submission, error, { hideFields: ['code'] });
  }
});

export default function SecondStep({ actionData }: Route.ComponentProps) {
  const [form, fields] = useForm<{ code?: string }>({
    id: 'code',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
  });
  const pending = useNavigation().state !== 'idle' ? 'Signing in' : null;
  return (
    <Gate title="Second factor" note="The password was right. Now the code.">
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={{ code: 'Code' }} />
        <TextField
          field={fields.code}
          label="Code"
          hint="The six digits your authenticator app shows now, or one of your recovery codes."
          autoComplete="one-time-code"
          spellCheck={false}
          autoCapitalize="none"
          className="font-data"
          required
        />
        <Bar label="Sign in" consequence="A code works once; a recovery code is used up" pending={pending} />
      </Form>
      <p className="mt-6 text-ink-2">
        App and codes lost? An admin of your team can take the second factor off.{' '}
        <Link to="/login" className="inline-flex min-h-11 items-center underline">
          Back to the password
        </Link>
      </p>
    </Gate>
  );
}
