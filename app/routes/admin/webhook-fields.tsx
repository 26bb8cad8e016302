import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { Form } from 'react-router';
import { eventTypes } from '../../../server/domain/events.ts';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, FieldErrors, TextField } from '../../components/ui/field.tsx';
import { TickList } from '../../components/ui/tick-list.tsx';
import { useSending } from '../../hooks/use-sending.ts';
import { type WebhookFormValues, webhookLabels } from './webhook-form.ts';

/** Name, address and events of a webhook, new or changed. */
export function WebhookFields({
  lastResult,
  value = {},
  version,
  label,
  consequence,
}: {
  lastResult: SubmissionResult | null;
  value?: WebhookFormValues;
  version?: number;
  label: string;
  consequence: string;
}) {
  const [form, fields] = useForm<WebhookFormValues>({
    id: 'webhook',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: value,
  });
  const asked = Array.isArray(fields.types.initialValue) ? fields.types.initialValue : [];
  const pending = useSending('Saving', 'save');
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={webhookLabels} />
      <input type="hidden" name="intent" value="save" />
      {version !== undefined && <input type="hidden" name="version" value={version} />}
      <TextField field={fields.name} label={webhookLabels.name} hint="What listens there." maxLength={100} required />
      <TextField
        field={fields.url}
        label={webhookLabels.url}
        hint="https, or http inside a network you trust. Private addresses need OUTBOUND_ALLOW."
        spellCheck={false}
        required
      />
      <details open={asked.length > 0} className="border border-line-3">
        <summary className="flex min-h-11 cursor-pointer items-center px-3 font-semibold">
          {webhookLabels.types}: {asked.length === 0 ? 'every one' : `${asked.length} chosen`}
        </summary>
        <fieldset id={fields.types.id} className="border-t border-line-1 p-3">
          <legend className="sr-only">Events it is sent</legend>
          <p className="mb-2 text-data text-ink-2">
            None ticked: every event of the team, streamed parts of output included.
          </p>
          <TickList
            name={fields.types.name}
            choices={eventTypes.map((type) => ({ value: type, words: type }))}
            ticked={asked}
            className="max-h-96 grid-cols-1 overflow-y-auto sm:grid-cols-2"
          />
          <FieldErrors field={fields.types} />
        </fieldset>
      </details>
      <Bar label={label} consequence={consequence} pending={pending} />
    </Form>
  );
}

/** The one place a secret is ever shown. */
export function SecretOnce({ name, secret }: { name: string; secret: string }) {
  return (
    <div role="status" className="m-3 border-4 border-live p-3 lg:m-4">
      <p className="engraved text-data">Secret of {name}: copy it now, it is not shown again</p>
      <output className="mt-2 block select-all break-all bg-inverse p-2 text-on-inverse">{secret}</output>
      <p className="mt-2 text-data text-ink-2">
        Its receiver checks every call with it: HMAC-SHA256 over timestamp, a dot and the body. docs/webhooks.md shows
        how.
      </p>
    </div>
  );
}
