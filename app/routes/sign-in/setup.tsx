import { getFormProps, useForm } from '@conform-to/react';
import { Form, redirect, useNavigation } from 'react-router';
import { passwordMinimum, type SetupInput, setupInput } from '../../../server/domain/login.ts';
import { clientOf, signedIn } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import type { Route } from './+types/setup.ts';

export const meta: Route.MetaFunction = () => [{ title: 'First run · Control room' }];

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  if (!(await context.get(servicesContext).auth.needsSetup())) throw redirect('/login');
  return null;
});

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), setupInput);
  if (submission.status !== 'success') return submission.reply({ hideFields: ['password'] });
  try {
    const login = await context.get(servicesContext).auth.setup(submission.value, clientOf(request, context));
    return await signedIn(login, { request, url, context }, '/repositories');
  } catch (error) {
    return replyWith(submission, error, { hideFields: ['password'] });
  }
});

const labels = {
  code: 'One-time code',
  teamName: 'Team',
  name: 'Your name',
  email: 'E-mail',
  password: 'Password',
};

export default function Setup({ actionData }: Route.ComponentProps) {
  const [form, fields] = useForm<SetupInput>({
    id: 'setup',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
  });
  const pending = useNavigation().state !== 'idle' ? 'Setting up' : null;
  return (
    <Gate title="First run" note="Nobody is here yet. This makes the first team and its admin, once.">
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={labels} />
        <TextField
          field={fields.code}
          label={labels.code}
          hint="Printed in the terminal where the server was started."
          autoComplete="one-time-code"
          spellCheck={false}
          required
        />
        <TextField field={fields.teamName} label={labels.teamName} autoComplete="organization" required />
        <TextField field={fields.name} label={labels.name} autoComplete="name" required />
        <TextField field={fields.email} label={labels.email} type="email" autoComplete="username" required />
        <TextField
          field={fields.password}
          label={labels.password}
          type="password"
          hint={`At least ${passwordMinimum} characters; long beats strange.`}
          autoComplete="new-password"
          required
        />
        <Bar label="Set up" consequence="Creates the team, makes you its admin and signs you in" pending={pending} />
      </Form>
    </Gate>
  );
}
