import { getFormProps, useForm } from '@conform-to/react';
import { Form, redirect, useNavigation } from 'react-router';
import { passwordMinimum } from '../../../server/domain/login.ts';
import { resetPasswordInput } from '../../../server/domain/member.ts';
import { logoutHeader } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime } from '../../format.ts';
import type { Route } from './+types/reset.ts';

export const meta: Route.MetaFunction = () => [{ title: 'New password · Control room' }];

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) =>
  context.get(servicesContext).auth.reset(params.token),
);

export const action = guarded(async ({ request, url, params, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), resetPasswordInput);
  if (submission.status !== 'success') return submission.reply({ hideFields: ['password'] });
  try {
    await context.get(servicesContext).auth.resetPassword(params.token, submission.value);
    return redirect('/login?done=reset', { headers: { 'Set-Cookie': logoutHeader({ url, context }) } });
  } catch (error) {
    return replyWith(submission, error, { hideFields: ['password'] });
  }
});

export default function Reset({ loaderData, actionData }: Route.ComponentProps) {
  const [form, fields] = useForm<{ password?: string }>({
    id: 'reset',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
  });
  const pending = useNavigation().state !== 'idle' ? 'Setting' : null;
  return (
    <Gate
      title="New password"
      note={`For ${loaderData.email}. The link works once, until ${dateTime(loaderData.expiresAt)}.`}
    >
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={{ password: 'New password' }} />
        <input type="hidden" autoComplete="username" value={loaderData.email} readOnly />
        <TextField
          field={fields.password}
          label="New password"
          type="password"
          hint={`At least ${passwordMinimum} characters; long beats strange.`}
          autoComplete="new-password"
          required
        />
        <Bar
          label="Set the password"
          consequence="Ends every login of this account; you sign in with the new one"
          pending={pending}
        />
      </Form>
    </Gate>
  );
}
