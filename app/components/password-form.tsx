import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { Form } from 'react-router';
import { passwordMinimum } from '../../server/domain/login.ts';
import { useSending } from '../hooks/use-sending.ts';
import { Bar } from './ui/button.tsx';
import { ErrorSummary, TextField } from './ui/field.tsx';

/** Another password; it takes the present one. */
export function PasswordForm({ email, lastResult }: { email: string; lastResult: SubmissionResult | null }) {
  const [form, fields] = useForm<{ current?: string; password?: string }>({
    id: 'password',
    lastResult,
    shouldValidate: 'onSubmit',
  });
  const pending = useSending('Changing', 'change_password');
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={{ current: 'Present password', password: 'New password' }} />
      <input type="hidden" name="intent" value="change_password" />
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <TextField
        field={fields.current}
        label="Present password"
        type="password"
        autoComplete="current-password"
        required
      />
      <TextField
        field={fields.password}
        label="New password"
        type="password"
        hint={`At least ${passwordMinimum} characters; long beats strange.`}
        autoComplete="new-password"
        required
      />
      <Bar
        stacked
        label="Change the password"
        consequence="Ends your other logins; this one and your tokens stay"
        pending={pending}
      />
    </Form>
  );
}
