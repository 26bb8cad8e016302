import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, useNavigation } from 'react-router';
import { passwordMinimum } from '../../../server/domain/login.ts';
import { joinAgainInput, joinInput } from '../../../server/domain/member.ts';
import { clientOf, signedIn } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime } from '../../format.ts';
import type { Route } from './+types/join.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Invitation · Control room' }];

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) =>
  context.get(servicesContext).auth.invitation(params.token),
);

export const action = guarded(async ({ request, url, params, context }: Route.ActionArgs) => {
  const { auth } = context.get(servicesContext);
  const { hasAccount } = await auth.invitation(params.token);
  const submission = parseForm(await request.formData(), hasAccount ? joinAgainInput : joinInput);
  if (submission.status !== 'success') return data(submission.reply({ hideFields: ['password'] }), { status: 422 });
  try {
    const opened = await auth.join(params.token, submission.value, clientOf(request, context));
    return await signedIn(opened, { request, url, context }, '/');
  } catch (error) {
    return replyWith(submission, error, { hideFields: ['password'] });
  }
});

/** Behind the link of an invitation: make an account, or prove the one there is. Only sending the form uses the link up. */
export default function Join({ loaderData, actionData }: Route.ComponentProps) {
  const { teamName, email, name, role, hasAccount, expiresAt } = loaderData;
  const [form, fields] = useForm<{ name?: string; password?: string }>({
    id: 'join',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { name },
  });
  const pending = useNavigation().state !== 'idle' ? 'Joining' : null;
  return (
    <Gate
      title={`Join ${teamName}`}
      note={
        <>
          You are invited as <b>{role}</b>, at the address <b className="break-all">{email}</b>. The link works once,
          until {dateTime(expiresAt)}.
        </>
      }
    >
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={{ name: 'Your name', password: 'Password' }} />
        <input type="hidden" autoComplete="username" value={email} readOnly />
        {!hasAccount && (
          <TextField field={fields.name} label="Your name" autoComplete="name" maxLength={100} required />
        )}
        <TextField
          field={fields.password}
          label="Password"
          type="password"
          hint={
            hasAccount
              ? 'Of the account you have here already.'
              : `Choose one of at least ${passwordMinimum} characters; long beats strange.`
          }
          autoComplete={hasAccount ? 'current-password' : 'new-password'}
          required
        />
        <Bar
          label="Join"
          consequence={
            hasAccount ? 'Adds the team to your account and signs you in' : 'Makes your account and signs you in'
          }
          pending={pending}
        />
      </Form>
    </Gate>
  );
}
