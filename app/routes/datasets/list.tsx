import { data, Link, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { createDatasetInput, datasetOpen, datasetRules } from '../../../server/domain/dataset.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { given, parseForm } from '../../form.ts';
import { count, dateTime, plural } from '../../format.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';
import { ConsentPart } from './consent.tsx';
import { DatasetFields } from './dataset-form.tsx';
import { datasetSigns, datasetValues } from './dataset-words.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Datasets');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { datasets, repositories } = context.get(servicesContext);
  const actor = actorOf(context);
  const refused = refusal(actor, 'team.manage');
  const [list, consent, would, known] = await Promise.all([
    datasets.list(actor),
    datasets.consent(actor),
    refused === null ? datasets.preview(actor, {}) : null,
    repositories.choices(actor),
  ]);
  return {
    list,
    consent,
    would,
    refused,
    repositories: known.map(({ id, name }) => ({ id, name })),
    done: url.searchParams.get('done'),
  };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { datasets } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const intent = form.get('intent');
  if (intent === 'agree' || intent === 'withdraw') {
    await requireProof(args, form, 'team.change');
    await datasets.setConsent(actor, { given: intent === 'agree' }, Number(form.get('version') ?? 0));
    return redirect(`/datasets?done=${intent}`);
  }
  if (intent === 'preview') {
    const { name: _name, licence: _licence, intent: _intent, ...values } = given(fieldsOf(form));
    const rules = datasetRules.safeParse(datasetValues(values));
    const would = rules.success ? await datasets.preview(actor, rules.data) : null;
    // Only the rules are judged here: a name may still be missing.
    const submission = parseForm(form, rules.success ? datasetRules.partial() : datasetRules, (all) => {
      const { name: _, licence: __, ...rest } = all;
      return datasetValues(rest);
    });
    return data({ reply: submission.reply(), would }, { status: rules.success ? 200 : 422 });
  }
  await requireProof(args, form, 'data.export');
  const submission = parseForm(form, createDatasetInput, datasetValues);
  if (submission.status !== 'success') return data({ reply: submission.reply(), would: null }, { status: 422 });
  try {
    const { id } = await datasets.create(actor, submission.value);
    return redirect(`/datasets/${id}`);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, would: null }, answer.init ?? {});
  }
});

function fieldsOf(form: FormData): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(form.keys())].map((key) => [key, key === 'repositoryIds' ? form.getAll(key) : form.get(key)]),
  );
}

const columns = [
  { words: 'Dataset' },
  { words: 'State' },
  { words: 'Samples', end: true },
  { words: 'Downloads', end: true, wide: true },
];

/** What the team lets out of its sessions to train on. */
export default function Datasets({ loaderData, actionData }: Route.ComponentProps) {
  const { list, consent, would, refused, repositories, done } = loaderData;
  useRepeated(list.some(({ status }) => datasetOpen(status)) ? 3 : null);
  return (
    <>
      <PageHeader
        title="Datasets"
        note="Attempts whose work was proven, as files to fine-tune models with. Nothing is taken unless the team agrees."
      />
      {done === 'agree' && <Notice>The team agrees from now on; the audit says who said so.</Notice>}
      {done === 'withdraw' && <Notice>The consent is taken back and every sample is removed.</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="Consent" aside={consent.given ? 'given' : 'not given'}>
            <ConsentPart consent={consent} refusal={refused} />
          </Panel>
          <Panel title="Datasets written" aside={plural(list.length, 'dataset')} className="flex-1">
            {list.length === 0 ? (
              <Empty title="No dataset was written yet.">
                {refused ??
                  (consent.given
                    ? 'Say what it takes; the counts beside the rules tell what that would be.'
                    : 'Agree for the team first, then say what it takes.')}
              </Empty>
            ) : (
              <Table caption="Datasets of the team, newest first" columns={columns}>
                {list.map((dataset) => (
                  <tr
                    data-row
                    key={dataset.id}
                    className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
                  >
                    <Cell>
                      <Link
                        to={`/datasets/${dataset.id}`}
                        className="break-words font-semibold after:absolute after:inset-0"
                      >
                        {dataset.name}
                      </Link>
                      <span className="block font-data text-micro text-ink-2">{dateTime(dataset.createdAt)}</span>
                    </Cell>
                    <Cell>
                      <StatusBadge sign={datasetSigns[dataset.status]} />
                      {dataset.withdrawnAt !== null && (
                        <span className="block text-data text-ink-2">samples removed</span>
                      )}
                    </Cell>
                    <Cell end className="font-data text-data">
                      {datasetOpen(dataset.status) ? `${dataset.done} / ${dataset.total}` : count(dataset.offered)}
                    </Cell>
                    <Cell end wide className="font-data text-data">
                      {count(dataset.downloads)}
                    </Cell>
                  </tr>
                ))}
              </Table>
            )}
          </Panel>
        </div>
        <Panel title="Write one">
          {would === null ? (
            <Empty title="Only an admin of the team writes one.">{refused}</Empty>
          ) : (
            <DatasetFields
              lastResult={actionData?.reply ?? null}
              would={actionData?.would ?? would}
              repositories={repositories}
              refusal={consent.given ? null : 'The team has not agreed.'}
            />
          )}
        </Panel>
      </div>
    </>
  );
}
