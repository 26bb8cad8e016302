import { data, redirect } from 'react-router';
import { type RetentionCounts, removesAnything, retentionInput } from '../../../server/domain/retention.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { numeric, parseForm } from '../../form.ts';
import { count, dateTime, duration } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/retention.ts';
import { RetentionForm } from './retention-form.tsx';
import { leftWords, removedWords, retentionLabels } from './retention-words.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Retention');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { retention } = context.get(servicesContext);
  const actor = actorOf(context);
  const [settings, preview, runs, left] = await Promise.all([
    retention.settings(actor),
    retention.preview(actor),
    retention.runs(actor),
    retention.leftRecords(actor),
  ]);
  return { settings, preview, runs, left, done: url.searchParams.get('done') };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { retention } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  if (form.get('intent') === 'run') {
    await requireProof(args, form, 'retention.change');
    if (String(form.get('confirmation') ?? '').trim() !== typedToRun) return redirect('/admin/retention?done=untyped');
    await retention.runNow(actor);
    return redirect('/admin/retention?done=run');
  }
  if (form.get('intent') === 'save') await requireProof(args, form, 'retention.change');
  const version = Number(form.get('version') ?? 0);
  form.delete('version');
  const submission = parseForm(form, retentionInput, (values) => ({
    sessions: numeric(values.sessions ?? null),
    events: numeric(values.events ?? null),
    transcripts: numeric(values.transcripts ?? null),
    contexts: numeric(values.contexts ?? null),
    audit: numeric(values.audit ?? null),
  }));
  if (submission.status !== 'success') return data({ reply: submission.reply(), would: null }, { status: 422 });
  try {
    if (form.get('intent') === 'preview')
      return data({ reply: submission.reply(), would: await retention.preview(actor, submission.value) });
    await retention.save(actor, submission.value, version);
    return redirect('/admin/retention?done=save');
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, would: null }, answer.init ?? {});
  }
});

/** What nothing but a backup undoes is typed first. */
const typedToRun = 'take it away';

const columns = [{ words: 'Run' }, { words: 'Took away' }, { words: 'By', wide: true }, { words: 'Took', end: true }];

/** How long the team keeps what, what would go today, and what went. */
export default function Retention({ loaderData, actionData }: Route.ComponentProps) {
  const { settings, preview, runs, left, done } = loaderData;
  return (
    <>
      <PageHeader
        title="Retention"
        note="What is older than its days is taken away every night at 03:11 UTC. A deleted session can be brought back for 30 days, whatever stands here."
      />
      {done === 'save' && <Notice>The days are kept. They hold from the next run on.</Notice>}
      {done === 'untyped' && (
        <p role="alert" className="border-l-4 border-broken-rule bg-surface-1 px-4 py-3 text-broken">
          Nothing was taken away: “{typedToRun}” has to be typed to confirm it.
        </p>
      )}
      {done === 'run' && runs[0] !== undefined && <Notice>The run took away {removedWords(runs[0].removed)}.</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)] lg:content-stretch">
        <Panel
          title="Days kept"
          aside={
            settings.changedAt === null
              ? 'never set'
              : `${settings.changedBy ?? 'a program'}, ${dateTime(settings.changedAt)}`
          }
        >
          {actionData?.would && <Would counts={actionData.would} />}
          <RetentionForm settings={settings} lastResult={actionData?.reply ?? null} />
        </Panel>
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="Would go today" aside="by the days that are kept">
            <Counts counts={preview} />
            <div className="p-3 lg:p-4">
              <Confirm
                trigger="Run now"
                consequence={
                  removesAnything(preview)
                    ? `Takes away ${removedWords(preview)}, for good.`
                    : 'Would take away nothing.'
                }
                title="Run the retention now?"
                confirm="Take it away"
                fields={{ intent: 'run' }}
                typed={typedToRun}
                refusal={removesAnything(preview) ? null : 'Nothing is older than its days.'}
                proof
                className="w-full"
              >
                It takes away {removedWords(preview)}. That cannot be undone but by a backup; the audit keeps that it
                was done, by whom and how much.
              </Confirm>
            </div>
          </Panel>
          <Panel title="Kept by OpenCode" aside="of runs that are over">
            <p className="p-3 lg:p-4">{leftWords(left)}</p>
          </Panel>
          <Panel
            title="Runs"
            aside={runs.length === 0 ? 'none yet' : `the last ${count(runs.length)}`}
            className="flex-1"
          >
            {runs.length === 0 ? (
              <Empty title="No run has been yet.">The first one is tonight; each leaves its report here.</Empty>
            ) : (
              <Table caption="Runs of the retention, newest first" columns={columns}>
                {runs.map((run) => (
                  <tr key={run.id} className="border-b border-line-1">
                    <Cell className="font-data text-data">
                      <time dateTime={run.startedAt.toISOString()}>{dateTime(run.startedAt)}</time>
                    </Cell>
                    <Cell>
                      {removedWords(run.removed)}
                      {run.error !== null && <p className="text-data font-semibold text-broken">{run.error}</p>}
                    </Cell>
                    <Cell wide>{run.startedBy === null ? 'the clock' : (run.by ?? 'a former member')}</Cell>
                    <Cell end className="font-data text-data">
                      {duration(Math.max(1, Math.round((run.endedAt.getTime() - run.startedAt.getTime()) / 1000)))}
                    </Cell>
                  </tr>
                ))}
              </Table>
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}

function Would({ counts }: { counts: RetentionCounts }) {
  return (
    <div className="p-3 lg:p-4">
      <Notice>With these days a run would take away {removedWords(counts)} today. Nothing is changed yet.</Notice>
    </div>
  );
}

function Counts({ counts }: { counts: RetentionCounts }) {
  const shown: [string, number][] = [
    ['Deleted sessions', counts.deleted],
    [retentionLabels.sessions, counts.sessions],
    [retentionLabels.events, counts.events],
    ['Transcripts, of sessions', counts.transcripts],
    ['Contexts and versions', counts.contexts],
    ['Audit entries', counts.audit],
    ['Unused texts', counts.blobs],
  ];
  return (
    <dl className="grid grid-cols-2 sm:grid-cols-4">
      {shown.map(([name, number]) => (
        <Reading key={name} name={name}>
          {count(number)}
        </Reading>
      ))}
    </dl>
  );
}
