import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import type { ReactNode } from 'react';
import { data, Form, redirect, useNavigation } from 'react-router';
import { z } from 'zod';
import { refusal } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, FieldErrors, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/import.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Import blueprints');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => ({
  refusal: refusal(actorOf(context), 'blueprint.manage'),
}));

const kinds = ['file', 'git', 'https', 'directory'] as const;
type Kind = (typeof kinds)[number];

const anything = z.record(z.string(), z.unknown());

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const { blueprints } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const kind = kinds.find((one) => one === form.get('kind')) ?? 'file';
  const file = form.get('yaml');
  if (file instanceof File) form.set('yaml', await file.text());
  const submission = parseForm(form, anything);
  if (submission.status !== 'success') return data({ kind, reply: submission.reply() }, { status: 422 });
  try {
    const taken =
      kind === 'file'
        ? [await blueprints.create(actor, { yaml: submission.value.yaml ?? '' })]
        : await blueprints.import(actor, submission.value);
    const query = new URLSearchParams(taken.map(({ key }) => ['imported', key]));
    return redirect(`/blueprints?${query}`);
  } catch (error) {
    // The text of a file is not put into the page again: the file is still chosen where it was.
    const answer = replyWith(submission, error, kind === 'file' ? { hideFields: ['yaml'] } : {});
    return data({ kind, reply: answer.data }, answer.init ?? {});
  }
});

export default function ImportBlueprints({ loaderData, actionData }: Route.ComponentProps) {
  const { refusal: refused } = loaderData;
  const { state, formData } = useNavigation();
  const pending = (kind: Kind) => (state === 'submitting' && formData?.get('kind') === kind ? 'Reading' : null);
  const props = (kind: Kind) => ({
    lastResult: actionData?.kind === kind ? actionData.reply : null,
    refusal: refused,
    pending: pending(kind),
  });
  return (
    <>
      <PageHeader
        title="Import blueprints"
        note="Each is checked as if it were written here, and keeps where it came from and its checksum. One fault in one file, and nothing of that import is taken."
      />
      <div className="grid flex-1 content-start gap-px bg-line-1 md:grid-cols-2">
        <Panel title="A file of yours">
          <FileForm {...props('file')} />
        </Panel>
        <Panel title="A git repository">
          <GitForm {...props('git')} />
        </Panel>
        <Panel title="An HTTPS registry">
          <RegistryForm {...props('https')} />
        </Panel>
        <Panel title="A folder of this server">
          <FolderForm {...props('directory')} />
        </Panel>
      </div>
    </>
  );
}

interface ImportProps {
  lastResult: SubmissionResult | null;
  refusal: string | null;
  pending: string | null;
}

interface ImportForm {
  yaml?: string;
  url?: string;
  ref?: string;
  path?: string;
  sha256?: string;
}

const labels = { yaml: 'File', url: 'URL', ref: 'Branch or tag', path: 'Path', sha256: 'SHA-256' };

function useImport(kind: Kind, lastResult: SubmissionResult | null) {
  return useForm<ImportForm>({ id: `import-${kind}`, lastResult, shouldValidate: 'onSubmit' });
}

function FileForm({ lastResult, refusal: refused, pending }: ImportProps) {
  const [form, { yaml }] = useImport('file', lastResult);
  return (
    <Form
      method="post"
      encType="multipart/form-data"
      {...getFormProps(form)}
      className="flex flex-col gap-4 p-3 lg:p-4"
    >
      <ErrorSummary form={form} labels={labels} />
      <input type="hidden" name="kind" value="file" />
      <label className="flex flex-col gap-1">
        <span className="font-semibold">YAML file (required)</span>
        <span className="text-data text-ink-2">One blueprint, at most 256 KiB.</span>
        <input id={yaml.id} type="file" name="yaml" accept=".yaml,.yml,application/yaml" required className="control" />
        <FieldErrors field={yaml} />
      </label>
      <Take refusal={refused} pending={pending}>
        Checks it and keeps it
      </Take>
    </Form>
  );
}

function GitForm({ lastResult, refusal: refused, pending }: ImportProps) {
  const [form, fields] = useImport('git', lastResult);
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={labels} />
      <input type="hidden" name="kind" value="git" />
      <TextField field={fields.url} label={labels.url} hint="An https or ssh git URL." spellCheck={false} required />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField field={fields.ref} label={labels.ref} hint="Empty: the default branch." spellCheck={false} />
        <TextField field={fields.path} label={labels.path} hint="Empty: the folder blueprints." spellCheck={false} />
      </div>
      <Take refusal={refused} pending={pending}>
        Fetches it and notes the commit
      </Take>
    </Form>
  );
}

function RegistryForm({ lastResult, refusal: refused, pending }: ImportProps) {
  const [form, fields] = useImport('https', lastResult);
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={labels} />
      <input type="hidden" name="kind" value="https" />
      <TextField
        field={fields.url}
        label={labels.url}
        hint="The registry's index, or one YAML file."
        spellCheck={false}
        required
      />
      <TextField
        field={fields.sha256}
        label={labels.sha256}
        hint="Needed for one file; an index names each file's."
        spellCheck={false}
      />
      <Take refusal={refused} pending={pending}>
        Refuses what does not have its checksum
      </Take>
    </Form>
  );
}

function FolderForm({ lastResult, refusal: refused, pending }: ImportProps) {
  const [form, fields] = useImport('directory', lastResult);
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={labels} />
      <input type="hidden" name="kind" value="directory" />
      <TextField
        field={fields.path}
        label={labels.path}
        hint="Below the folder the operator allows (BLUEPRINT_DIR); empty: that folder."
        spellCheck={false}
      />
      <Take refusal={refused} pending={pending}>
        Reads every YAML file there
      </Take>
    </Form>
  );
}

function Take({
  refusal: refused,
  pending,
  children,
}: {
  refusal: string | null;
  pending: string | null;
  children: ReactNode;
}) {
  return <Bar label="Import" consequence={children} refusal={refused} pending={pending} stacked />;
}
