import { useEffect } from 'react';
import { data, redirect, useRevalidator } from 'react-router';
import type { Drill } from '../../../server/application/drill-port.ts';
import type { DrillChoice } from '../../../server/application/drills.ts';
import type { DrillReading } from '../../../server/domain/drill.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/drill.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Drill');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { drills } = context.get(servicesContext);
  const actor = actorOf(context);
  return { choices: drills.choices(actor), drills: await drills.list(actor) };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = Object.fromEntries(await request.formData());
  try {
    await context.get(servicesContext).drills.start(actorOf(context), form);
    return redirect('/admin/drill');
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID' && known?.code !== 'CONFLICT') throw error;
    return data({ mistake: known.message }, { status: httpStatusOf(known.code) });
  }
});

const words = {
  engine: 'Engine',
  opencode: 'OpenCode',
  redis: 'Redis connection',
  database: 'Database connection',
} as const;

/** Kills a part on purpose, shows it come back second by second, and keeps the report. */
export default function DrillPage({ loaderData, actionData }: Route.ComponentProps) {
  const { choices, drills } = loaderData;
  const running = drills.find(({ completedAt }) => completedAt === null);
  useEverySecond(running !== undefined);
  return (
    <>
      <PageHeader
        title="Drill"
        note="Kills a part of this instance on purpose, for real, and files what came back when, and what was lost, in the audit. Work that is under way goes through it."
      />
      {actionData !== undefined && <Notice>{actionData.mistake}</Notice>}
      <div className="grid gap-px bg-line-1 sm:grid-cols-2">
        {choices.map((choice) => (
          <Choice key={choice.part} {...choice} busy={running !== undefined} />
        ))}
      </div>
      {drills.length === 0 && (
        <Empty title="No drill was held yet.">The report of each one stays here and in the audit.</Empty>
      )}
      {drills.map((drill) => (
        <DrillPanel key={drill.id} drill={drill} />
      ))}
    </>
  );
}

/** The readings come once a second; a part that is away may be what would have told of them. */
function useEverySecond(on: boolean): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => void revalidate(), 1000);
    return () => clearInterval(timer);
  }, [on, revalidate]);
}

function Choice({ part, what, refusal, busy }: DrillChoice & { busy: boolean }) {
  return (
    <div className="bg-surface-0 p-3 lg:p-4">
      <Confirm
        trigger={words[part]}
        consequence={`Kills ${what}.`}
        title={`Kill ${what}?`}
        confirm="Kill it"
        fields={{ part }}
        typed={part}
        refusal={refusal ?? (busy ? 'A drill is under way.' : null)}
        className="w-full"
      >
        Runs under way are cut and taken up again. The audit keeps who did this, what was killed, when each part was
        back and what was lost.
      </Confirm>
    </div>
  );
}

function DrillPanel({ drill }: { drill: Drill }) {
  const { part, startedAt, startedBy, killed, report, readings } = drill;
  return (
    <Panel
      id={`drill-${drill.id}`}
      title={`${words[part]}, ${dateTime(startedAt)}`}
      aside={report === null ? 'under way' : `complete after ${report.seconds} s`}
    >
      <dl className="grid grid-cols-2 sm:grid-cols-4">
        <Reading name="Killed">{killed}</Reading>
        <Reading name="By">{startedBy}</Reading>
        <Reading name="Lost" tone={report !== null && report.lost.length > 0 ? 'text-broken' : ''}>
          {report === null ? 'not known yet' : report.lost.length === 0 ? '0' : report.lost.join(', ')}
        </Reading>
        <Reading name="Work">
          {plural(drill.before.length, 'session')}
          {report !== null && `; attempts: ${report.wentOn} went on, ${report.begunAgain} begun again`}
        </Reading>
      </dl>
      {report !== null && <Back back={report.backAfterSeconds} />}
      <Table
        caption={`What was seen in the drill of ${dateTime(startedAt)}`}
        columns={[{ words: 'Second' }, { words: 'Part' }, { words: 'State' }, { words: 'Detail', wide: true }]}
      >
        {changesOf(readings).map(({ second, part: name, ok, detail }) => (
          <tr key={`${second} ${name}`} className="border-b border-line-1">
            <Cell className="font-data text-data">{second}</Cell>
            <Cell className="font-data text-data">{name}</Cell>
            <Cell className={ok ? 'text-data' : 'text-data font-bold text-broken'}>{ok ? 'well' : 'away'}</Cell>
            <Cell wide className="break-words text-data">
              {detail}
            </Cell>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Back({ back }: { back: Readonly<Record<string, number | null>> }) {
  const parts = Object.entries(back);
  return (
    <p className="border-t border-line-1 px-3 py-2 text-ink-2 lg:px-4">
      {parts.length === 0
        ? 'No look found any part away: it was back within a second.'
        : parts
            .map(([name, at]) => `${name} ${at === null ? 'did not come back' : `was back after ${at} s`}`)
            .join('; ')}
    </p>
  );
}

/** The looks at which a part was another than at the look before; the first one of each is always told. */
function changesOf(readings: readonly DrillReading[]): DrillReading[] {
  const last = new Map<string, string>();
  return readings.filter(({ part, ok, detail }) => {
    const now = `${ok} ${ok ? '' : detail}`;
    const same = last.get(part) === now;
    last.set(part, now);
    return !same;
  });
}
