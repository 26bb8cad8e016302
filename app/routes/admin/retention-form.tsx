import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { Form } from 'react-router';
import type { RetentionSettings } from '../../../server/application/retention.ts';
import { type RetentionKind, retentionKinds } from '../../../server/domain/retention.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { useSending } from '../../hooks/use-sending.ts';
import { retentionHints, retentionLabels } from './retention-words.ts';

/** The days of a team; empty keeps for ever. Looking first changes nothing. */
export function RetentionForm({
  settings,
  lastResult,
}: {
  settings: RetentionSettings;
  lastResult: SubmissionResult | null;
}) {
  const [form, fields] = useForm<Record<RetentionKind, string>>({
    id: 'retention',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: Object.fromEntries(retentionKinds.map((kind) => [kind, settings.days[kind]?.toString() ?? ''])),
  });
  const pending = useSending('Keeping', 'save');
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={retentionLabels} />
      <input type="hidden" name="version" value={settings.version} />
      {retentionKinds.map((kind) => (
        <TextField
          key={kind}
          field={fields[kind]}
          label={`${retentionLabels[kind]}, in days`}
          hint={retentionHints[kind]}
          inputMode="numeric"
          placeholder="for ever"
          maxLength={5}
        />
      ))}
      <Bar
        weight="plain"
        name="intent"
        value="preview"
        label="Look first"
        consequence="Counts what these days would take away today; nothing is changed."
      />
      <ProofField />
      <Bar
        name="intent"
        value="save"
        label="Keep these days"
        consequence="Holds from the next run on, tonight at 03:11 UTC."
        pending={pending}
      />
    </Form>
  );
}
