import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { useEffect, useRef } from 'react';
import { Form, useFetcher } from 'react-router';
import type { DatasetPreview } from '../../../server/application/datasets/service.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { CheckField, ErrorSummary, FieldErrors, TextField } from '../../components/ui/field.tsx';
import { TickList } from '../../components/ui/tick-list.tsx';
import { useSending } from '../../hooks/use-sending.ts';
import { DatasetCounts } from './dataset-counts.tsx';
import { type DatasetForm, datasetLabels as labels } from './dataset-words.ts';

/** A change is counted when the hand has rested for so long. */
const restMs = 300;

interface Repository {
  readonly id: string;
  readonly name: string;
}

/** What a dataset takes, with what that would be now beside it. Looking changes nothing; it works without scripts too. */
export function DatasetFields({
  lastResult,
  would,
  repositories,
  refusal,
}: {
  lastResult: SubmissionResult | null;
  would: DatasetPreview;
  repositories: readonly Repository[];
  refusal: string | null;
}) {
  const [form, fields] = useForm<DatasetForm>({
    id: 'dataset',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: { licence: 'Internal use only', minimumSuccess: '90', evalPercent: '10' },
  });
  const live = useFetcher<{ would: DatasetPreview | null }>({ key: 'dataset-preview' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const pending = useSending('Beginning', 'create');
  const chosen = Array.isArray(fields.repositoryIds.initialValue) ? fields.repositoryIds.initialValue : [];
  return (
    <Form
      method="post"
      {...getFormProps(form)}
      onChange={(event) => {
        const given = new FormData(event.currentTarget);
        given.set('intent', 'preview');
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void live.submit(given, { method: 'post' }), restMs);
      }}
      className="flex flex-col"
    >
      <DatasetCounts would={live.data?.would ?? would} busy={live.state !== 'idle'} />
      <div className="flex flex-col gap-4 border-t border-line-1 p-3 lg:p-4">
        <ErrorSummary form={form} labels={labels} />
        <TextField field={fields.name} label={labels.name ?? ''} maxLength={100} required />
        <TextField
          field={fields.licence}
          label={labels.licence ?? ''}
          hint="Stands on the card: under what terms it may be used."
          maxLength={200}
          required
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            field={fields.minimumSuccess}
            label={labels.minimumSuccess ?? ''}
            hint="From 90 to 100."
            inputMode="numeric"
            maxLength={3}
          />
          <TextField
            field={fields.evalPercent}
            label={labels.evalPercent ?? ''}
            hint="Whole repositories; from 0 to 50."
            inputMode="numeric"
            maxLength={2}
          />
          <TextField
            field={fields.withinDays}
            label={labels.withinDays ?? ''}
            placeholder="all time"
            inputMode="numeric"
            maxLength={4}
          />
        </div>
        <details open={chosen.length > 0} className="border border-line-3">
          <summary className="flex min-h-11 cursor-pointer items-center px-3 font-semibold">
            {labels.repositoryIds}: {chosen.length === 0 ? 'every one' : `${chosen.length} chosen`}
          </summary>
          <fieldset id={fields.repositoryIds.id} className="border-t border-line-1 p-3">
            <legend className="sr-only">Repositories it takes from; none ticked: every one</legend>
            <TickList
              name={fields.repositoryIds.name}
              choices={repositories.map(({ id, name }) => ({ value: id, words: name }))}
              ticked={chosen}
              className="max-h-72 overflow-y-auto"
            />
            <FieldErrors field={fields.repositoryIds} />
          </fieldset>
        </details>
        <CheckField
          field={fields.rehearsal}
          label={labels.rehearsal ?? ''}
          hint="It is a script, not a model: good for trying this out, nothing to learn from."
        />
        <Bar
          weight="plain"
          name="intent"
          value="preview"
          label="Look first"
          consequence="Counts what these rules take now; nothing is written."
        />
        <ProofField />
        <Bar
          name="intent"
          value="create"
          label="Write it"
          consequence="Copies what was said in these attempts into files for download"
          refusal={refusal}
          pending={pending}
        />
      </div>
    </Form>
  );
}
