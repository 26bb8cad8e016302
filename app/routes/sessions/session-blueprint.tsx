import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { z } from 'zod';
import { refusal } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { Panel } from '../../components/page.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { plural } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-blueprint.ts';

const labels = { key: 'Key', name: 'Name', description: 'Description' };

// Only whether it is filled in; the catalogue judges the rest.
const named = z.object({
  key: z.string('Give it a key, such as payment_service'),
  name: z.string('Give it a name'),
  description: z.string().optional(),
});

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), named);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const made = await context
      .get(servicesContext)
      .blueprints.fromSession(actorOf(context), params.slug, submission.value);
    return redirect(`/blueprints/${made.key}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

/** The graph of a session goes into the catalogue, to begin other sessions with. */
export default function SaveBlueprint({ actionData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const { session, tasks } = state;
  const [form, fields] = useForm<Partial<Record<keyof typeof labels, string>>>({
    id: 'blueprint',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { name: session.title },
  });
  const pending = useNavigation().formMethod === 'POST' ? 'Saving' : null;
  return (
    <Panel title="Save this graph as a blueprint" aside={plural(tasks.length, 'task')}>
      <Form method="post" {...getFormProps(form)} className="flex max-w-3xl flex-col gap-5 p-3 lg:p-4">
        <ErrorSummary form={form} labels={labels} />
        <p className="max-w-prose text-ink-2">
          Keys, needs, hours as learned, what waits for what, paths and proofs go into it. Nothing of this session’s
          state does.
        </p>
        <TextField
          field={fields.key}
          label={labels.key}
          hint="Small letters, digits and _; how sessions name it."
          maxLength={64}
          spellCheck={false}
          required
        />
        <TextField field={fields.name} label={labels.name} maxLength={100} required />
        <TextAreaField field={fields.description} label={labels.description} hint="What it is good for." rows={4} />
        <Bar
          label="Save the blueprint"
          consequence="It stands in the team’s catalogue; the same key again is a new version."
          refusal={refusal(actor, 'blueprint.manage') ?? (tasks.length === 0 ? 'There is no graph yet.' : null)}
          pending={pending}
        />
        <Link to={`/sessions/${session.slug}`} className="inline-flex min-h-11 items-center underline">
          Back to the session
        </Link>
      </Form>
    </Panel>
  );
}
