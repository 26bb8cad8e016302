import { redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { datasetOpen, datasetParts } from '../../../server/domain/dataset.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { bytes, count, dateTime, plural } from '../../format.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/dataset.ts';
import { LeftOut } from './dataset-counts.tsx';
import { datasetSigns, leftOutRows } from './dataset-words.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, `Dataset ${loaderData?.dataset.name ?? ''}`);

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  const dataset = await context.get(servicesContext).datasets.get(actor, params.id);
  return { dataset, refused: refusal(actor, 'team.manage') };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, params, context } = args;
  const { datasets } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  switch (form.get('intent')) {
    case 'cancel':
      await datasets.cancel(actor, params.id);
      return redirect(`/datasets/${params.id}`);
    case 'remove':
      await requireProof(args, form, 'data.erase');
      await datasets.remove(actor, params.id);
      return redirect('/datasets');
    default:
      await datasets.retry(actor, params.id);
      return redirect(`/datasets/${params.id}`);
  }
});

const columns = [{ words: 'File' }, { words: 'Samples', end: true, wide: true }, { words: 'Size', end: true }];

/** One dataset: how far it is, what it is made of, its files and what can be done about it. */
export default function DatasetPage({ loaderData: { dataset, refused } }: Route.ComponentProps) {
  const { card, files, status } = dataset;
  const open = datasetOpen(status);
  useRepeated(open ? 2 : null);
  return (
    <>
      <PageHeader title={dataset.name} given note={`Written ${dateTime(dataset.createdAt)} · ${dataset.licence}`} />
      {dataset.reason !== null && <Notice>{dataset.reason}</Notice>}
      {dataset.withdrawnAt !== null && (
        <Notice>
          The team took its consent back on {dateTime(dataset.withdrawnAt)}: every sample was removed.{' '}
          {dataset.downloads === 0
            ? 'Nothing of it had been downloaded.'
            : `Before that ${plural(dataset.downloads, 'file')} had been downloaded.`}
        </Notice>
      )}
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-5 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1">
        <Reading name="State">
          <span role="status">
            <StatusBadge sign={datasetSigns[status]} />
          </span>
        </Reading>
        <Reading name={open ? 'Written of chosen' : 'Samples offered'}>
          {open ? `${count(dataset.done)} / ${count(dataset.total)}` : count(dataset.offered)}
        </Reading>
        <Reading name="Train / eval">
          {card === null ? '—' : `${count(card.train.samples)} / ${count(card.eval.samples)}`}
        </Reading>
        <Reading name="Secrets taken out">{card === null ? '—' : count(card.redactions)}</Reading>
        <Reading name="Downloads">
          {count(dataset.downloads)}
          {dataset.downloadedAt !== null && ` · last ${dateTime(dataset.downloadedAt)}`}
        </Reading>
      </dl>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,8fr)_minmax(0,4fr)] lg:content-stretch">
        <Panel title="Files" aside={files === null ? 'none' : 'checksums are SHA-256'}>
          {files === null ? (
            <Empty title="There are no files.">
              {open ? 'They are offered when every sample is written and checked.' : 'Nothing of it is offered.'}
            </Empty>
          ) : (
            <Table caption="Files of this dataset" columns={columns}>
              {datasetParts.map((part) => (
                <tr data-row key={part} className="border-b border-line-1">
                  <Cell>
                    {refused === null ? (
                      <a
                        href={`/datasets/${dataset.id}/file?part=${part}`}
                        className="inline-flex min-h-11 items-center font-data font-semibold underline"
                      >
                        {part}
                      </a>
                    ) : (
                      <span className="font-data font-semibold">{part}</span>
                    )}
                    <span className="block select-all break-all font-data text-micro text-ink-2">
                      {files[part].sha256}
                    </span>
                  </Cell>
                  <Cell end wide className="font-data text-data">
                    {count(files[part].samples)}
                  </Cell>
                  <Cell end className="font-data text-data">
                    {bytes(files[part].bytes)}
                  </Cell>
                </tr>
              ))}
            </Table>
          )}
          {refused !== null && files !== null && <p className="p-3 text-data text-ink-2 lg:p-4">{refused}</p>}
        </Panel>
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="Left out">
            {dataset.leftOut === null ? (
              <p className="p-3 text-ink-2 lg:p-4">Nothing is chosen yet.</p>
            ) : (
              <>
                {leftOutRows(dataset.leftOut).length === 0 && <p className="p-3 text-ink-2 lg:p-4">Nothing was.</p>}
                <LeftOut leftOut={dataset.leftOut} />
              </>
            )}
            {card !== null && card.dropped.tooLong + card.dropped.gone > 0 && (
              <p className="px-3 pb-3 text-data text-ink-2 lg:px-4">
                {count(card.dropped.tooLong)} too long for a sample, {count(card.dropped.gone)} gone while it was
                written.
              </p>
            )}
          </Panel>
          <Panel title="Source sessions">
            <p className="max-h-72 overflow-y-auto break-words p-3 font-data text-data lg:p-4">
              {card === null
                ? '—'
                : [...new Set([...card.train.sessions, ...card.eval.sessions])].join(', ') || 'none is left'}
            </p>
          </Panel>
          <Panel title="Commands" className="flex-1">
            <div className="flex flex-col gap-3 p-3 lg:p-4" data-commands>
              <Commands open={open} retries={status === 'failed' || status === 'cancelled'} refused={refused} />
            </div>
          </Panel>
        </div>
      </div>
    </>
  );
}

function Commands({ open, retries, refused }: { open: boolean; retries: boolean; refused: string | null }) {
  if (open)
    return (
      <Confirm
        trigger="Cancel"
        consequence="Ends the job; what it had written is not offered"
        title="Cancel this dataset?"
        confirm="Cancel it"
        fields={{ intent: 'cancel' }}
        refusal={refused}
        className="w-full"
      >
        The job ends before its next piece. It can be tried again and then chooses anew.
      </Confirm>
    );
  return (
    <>
      {retries && (
        <Confirm
          trigger="Try again"
          consequence="Chooses anew by the same rules"
          title="Try again?"
          confirm="Try again"
          fields={{ intent: 'retry' }}
          refusal={refused}
          weight="weighty"
          className="w-full"
        >
          It takes what the rules take now, and begins at once.
        </Confirm>
      )}
      <Confirm
        trigger="Remove"
        consequence="With every sample it holds"
        title="Remove this dataset?"
        confirm="Remove it"
        fields={{ intent: 'remove' }}
        refusal={refused}
        proof
        className="w-full"
      >
        Its samples are removed for good. Copies that were downloaded stay where they are.
      </Confirm>
    </>
  );
}
