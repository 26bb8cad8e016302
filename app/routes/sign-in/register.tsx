import { getFormProps, useForm } from '@conform-to/react';
import { Form, Link, redirect, useNavigation } from 'react-router';
import { passwordMinimum } from '../../../server/domain/login.ts';
import { registerInput } from '../../../server/domain/member.ts';
import { clientOf, signedIn } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, SelectField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import type { Route } from './+types/register.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Register · Control room' }];

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const teams = await context.get(servicesContext).auth.openTeams();
  if (teams.length === 0) throw redirect('/login');
  return { teams };
});

export const action = guarded(async ({ request, url, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), registerInput);
  if (submission.status !== 'success') return submission.reply({ hideFields: ['password'] });
  try {
    const login = await context.get(servicesContext).auth.register(submission.value, clientOf(request, context));
    return await signedIn(login, { request, url, context }, '/');
  } catch (error) {
    return replyWith(submission, error, { hideFields: ['password'] });
  }
});

const labels = { team: 'Team', email: 'E-mail', name: 'Your name', password: 'Password' };

export default function Register({ loaderData: { teams }, actionData }: Route.ComponentProps) {
  const [form, fields] = useForm<{ team?: string; email?: string; name?: string; password?: string }>({
    id: 'register',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { team: teams[0]?.slug ?? '' },
  });
  const pending = useNavigation().state !== 'idle' ? 'Registering' : null;
  return (
    <Gate
      title="Register"
      note="You join as a viewer: you see the team's work and change nothing until an admin says so."
    >
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
        <ErrorSummary form={form} labels={labels} />
        <SelectField
          field={fields.team}
          label={labels.team}
          options={teams.map(({ slug, name }) => ({ value: slug, words: name }))}
          required
        />
        <TextField field={fields.email} label={labels.email} type="email" autoComplete="username" required />
        <TextField field={fields.name} label={labels.name} autoComplete="name" required />
        <TextField
          field={fields.password}
          label={labels.password}
          type="password"
          hint={`At least ${passwordMinimum} characters; long beats strange.`}
          autoComplete="new-password"
          required
        />
        <Bar label="Register" consequence="Makes your account and signs you in" pending={pending} />
      </Form>
      <p className="mt-6">
        <Link to="/login" className="inline-flex min-h-11 items-center underline">
          I have an account
        </Link>
      </p>
    </Gate>
  );
}
