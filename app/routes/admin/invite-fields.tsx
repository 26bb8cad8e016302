import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { Form } from 'react-router';
import { invitationDays } from '../../../server/domain/member.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, SelectField, TextField } from '../../components/ui/field.tsx';
import { useDraft } from '../../hooks/use-draft.ts';
import { useSending } from '../../hooks/use-sending.ts';
import { roleOptions } from '../../member-signs.ts';

const labels = { email: 'E-mail', name: 'Name', role: 'Role', expiresInDays: 'Good for' };

/** Whom to invite, and as what. */
export function InviteFields({ lastResult }: { lastResult: SubmissionResult | null }) {
  const element = useRef<HTMLFormElement>(null);
  const [form, fields] = useForm<{ email?: string; name?: string; role?: string; expiresInDays?: string }>({
    id: 'invite',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: { role: 'member', expiresInDays: String(invitationDays.usual) },
  });
  useDraft(element, 'invite', (path) => path === '/admin/people');
  const pending = useSending('Inviting', null);
  return (
    <Form ref={element} method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={labels} />
      <TextField field={fields.email} label={labels.email} type="email" autoComplete="off" required />
      <TextField field={fields.name} label={labels.name} autoComplete="off" maxLength={100} required />
      <SelectField field={fields.role} label={labels.role} options={roleOptions} required />
      <SelectField
        field={fields.expiresInDays}
        label={labels.expiresInDays}
        options={[1, 7, 30].map((days) => ({ value: String(days), words: days === 1 ? '1 day' : `${days} days` }))}
      />
      <ProofField />
      <Bar
        stacked
        label="Invite"
        consequence="Makes a link that works once; you send it yourself, as no mail goes out"
        pending={pending}
      />
    </Form>
  );
}
