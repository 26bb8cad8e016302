import { getFormProps, useForm } from '@conform-to/react';
import { useRef, useState } from 'react';
import { Form, Link, useNavigation } from 'react-router';
import type { Context } from '../../../server/domain/context.ts';
import { leavesOf } from '../../../server/domain/context-leaves.ts';
import { Age } from '../../components/age.tsx';
import { Panel } from '../../components/page.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { ErrorSummary, SelectField, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { useDraft } from '../../hooks/use-draft.ts';
import type { Stale, WriteAnswer } from './context-action.server.ts';
import { type WriteFormValues, writeLabels } from './context-form.ts';
import { valueText } from './context-words.ts';

interface ContextWriteProps {
  context: Pick<Context, 'id' | 'data' | 'version'>;
  /** The value that is to be changed; null for a new one. */
  path: string | null;
  refused: string | null;
  answer: WriteAnswer | null;
}

/** One value is set. Whoever wrote meanwhile is not overwritten unseen: both values are shown, and the person decides. */
export function ContextWrite({ context, path, refused, answer }: ContextWriteProps) {
  const leaves = leavesOf(context.data);
  const known = path !== null && leaves.has(path);
  const value = path === null ? undefined : leaves.get(path);
  const [form, fields] = useForm<WriteFormValues>({
    id: 'value',
    lastResult: answer?.result ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: {
      path: path ?? '',
      kind: known && typeof value !== 'string' ? 'json' : 'text',
      value: known ? valueText(value) : '',
    },
  });
  const element = useRef<HTMLFormElement>(null);
  useDraft(element, `context-${context.id}-${path ?? ''}`, (to) => to === `/contexts/${context.id}`);
  const pending = useNavigation().formData?.get('intent') === 'write' ? 'Writing' : null;
  const stale = answer?.stale ?? null;
  // The version the writer has seen, not the one a refresh brought meanwhile: else theirs would be overwritten unseen.
  const [seen] = useState(answer?.version ?? context.version);
  const version = stale?.version ?? seen;
  return (
    <Panel title={known ? 'Change a value' : 'Set a value'} id="write">
      <Form method="post" {...getFormProps(form)} ref={element} className="flex flex-col gap-4 p-3 lg:p-4">
        {stale === null ? (
          <ErrorSummary form={form} labels={writeLabels} />
        ) : (
          <Meanwhile stale={stale} id={context.id} />
        )}
        <input type="hidden" name="intent" value="write" />
        <input type="hidden" name="version" value={version} />
        <TextField
          field={fields.path}
          label={writeLabels.path}
          hint="Keys with dots between them, such as api.port; a dot inside a key is written \."
          spellCheck={false}
          required
        />
        <SelectField
          field={fields.kind}
          label={writeLabels.kind}
          options={[
            { value: 'text', words: 'a text, as it stands' },
            { value: 'json', words: 'JSON: a number, true, null, a list …' },
          ]}
        />
        <TextAreaField field={fields.value} label={writeLabels.value} rows={5} spellCheck={false} />
        <Bar
          label={stale === null ? 'Write' : 'Write mine over it'}
          weight={stale === null ? 'weighty' : 'broken'}
          consequence={
            stale === null
              ? 'Makes a new version; agents see it from their next task.'
              : 'Makes a new version; what stands now stays in the history.'
          }
          refusal={refused}
          pending={pending}
        />
        {path !== null && stale === null && (
          <Link to="?" className="inline-flex min-h-11 items-center underline">
            Set another value instead
          </Link>
        )}
      </Form>
      {known && stale === null && (
        <div className="px-3 pb-3 lg:px-4 lg:pb-4">
          <Confirm
            trigger="Take it out"
            consequence="The value goes with the next version; the history keeps it."
            title={`Take out ${path}?`}
            confirm={`Take out ${path}`}
            fields={{ intent: 'unset', path, version: String(version) }}
            refusal={refused}
            className="w-full"
          >
            Agents do not see it from their next task on.
          </Confirm>
        </div>
      )}
    </Panel>
  );
}

function Meanwhile({ stale, id }: { stale: Stale; id: string }) {
  return (
    <div role="alert" className="flex flex-col gap-2 border-2 border-broken px-4 py-3">
      <p className="engraved text-data text-broken">Not written: it changed meanwhile</p>
      <p>
        You saw version {stale.seen}; version {stale.version} stands
        {stale.by === null ? '' : `, by ${stale.by}`}
        {stale.at === null ? (
          ''
        ) : (
          <>
            , <Age since={stale.at} /> ago
          </>
        )}
        . Nothing of either is lost.
      </p>
      <div>
        <p className="engraved text-micro text-ink-3">Stands now</p>
        <pre className="max-h-60 overflow-auto whitespace-pre-wrap break-all border border-line-1 p-2 text-data">
          {stale.present ? valueText(stale.value) : 'nothing at this path'}
        </pre>
      </div>
      <p className="text-data text-ink-2">Yours stands below, unchanged. Write it over the other, edit it, or</p>
      <Link to={`/contexts/${id}`} className="inline-flex min-h-11 items-center underline">
        leave what stands
      </Link>
    </div>
  );
}
