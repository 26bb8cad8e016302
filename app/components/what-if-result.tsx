import { Link } from 'react-router';
import { plural } from '../format.ts';
import { Age } from './age.tsx';
import { Panel } from './page.tsx';
import { Empty } from './states.tsx';
import { Cell, Table } from './ui/table.tsx';

interface Winner {
  readonly agentId: string;
  readonly name: string;
  readonly score: number;
}

/** Stored decisions judged again under other weights. */
export interface WhatIfShown {
  readonly days: number;
  readonly decisions: number;
  readonly changed: readonly {
    readonly decisionId: string;
    readonly at: Date;
    readonly sessionSlug: string;
    readonly taskId: string;
    readonly taskTitle: string;
    readonly before: Winner | null;
    readonly after: Winner | null;
  }[];
  readonly wins: readonly {
    readonly agentId: string;
    readonly name: string;
    readonly before: number;
    readonly after: number;
  }[];
}

const winColumns = [
  { words: 'Agent' },
  { words: 'Won', end: true },
  { words: 'Would win', end: true },
  { words: 'Difference', end: true },
];
const changeColumns = [
  { words: 'Task' },
  { words: 'Went to' },
  { words: 'Would go to' },
  { words: 'Decided', wide: true, end: true },
];

/** What other weights would have changed: who would win how often, and each decision that would have gone elsewhere. */
export function WhatIfResult({ result }: { result: WhatIfShown }) {
  const span = plural(result.days, 'day');
  if (result.decisions === 0) {
    return (
      <Empty title={`Nothing was decided in the last ${span}.`} action={{ to: '/sessions/new', words: 'New session' }}>
        Every task that gets an agent leaves a decision with all its candidates; there is none to judge again.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-px bg-line-1">
      <p role="status" className="border-l-4 border-live bg-surface-0 px-3 py-3 lg:px-4">
        {result.changed.length === 0
          ? `None of ${plural(result.decisions, 'decision')} of the last ${span} would have gone to somebody else.`
          : `${result.changed.length} of ${plural(result.decisions, 'decision')} of the last ${span} would have gone to somebody else.`}
      </p>
      <Panel title="Who wins">
        <Table caption="Decisions won" columns={winColumns}>
          {result.wins.map((win) => (
            <tr key={win.agentId} className="border-b border-line-1 font-data text-data">
              <Cell>
                <Link to={`/agents/${win.name}`} className="inline-flex min-h-11 items-center break-words underline">
                  {win.name}
                </Link>
              </Cell>
              <Cell end>{win.before}</Cell>
              <Cell end>{win.after}</Cell>
              <Cell end className={win.after === win.before ? 'text-ink-3' : 'font-bold'}>
                {signed(win.after - win.before)}
              </Cell>
            </tr>
          ))}
        </Table>
      </Panel>
      {result.changed.length > 0 && (
        <Panel title="Decisions that differ" aside={plural(result.changed.length, 'decision')}>
          <Table caption="Decisions that differ" columns={changeColumns}>
            {result.changed.map((change) => (
              <tr key={change.decisionId} className="border-b border-line-1">
                <Cell>
                  <Link
                    to={`/sessions/${change.sessionSlug}/tasks?task=${change.taskId}`}
                    className="inline-flex min-h-11 items-center underline"
                  >
                    <span className="font-data text-data font-bold">{change.sessionSlug}</span>
                  </Link>
                  <span className="line-clamp-2 break-words text-data">{change.taskTitle}</span>
                </Cell>
                <Cell className="break-words font-data text-micro">
                  <Who winner={change.before} />
                </Cell>
                <Cell className="break-words font-data text-micro font-bold">
                  <Who winner={change.after} />
                </Cell>
                <Cell wide end className="whitespace-nowrap font-data text-data text-ink-2">
                  <Age since={change.at} /> ago
                </Cell>
              </tr>
            ))}
          </Table>
        </Panel>
      )}
    </div>
  );
}

function Who({ winner }: { winner: Winner | null }) {
  if (winner === null) return <>nobody</>;
  return (
    <>
      {winner.name} <span className="whitespace-nowrap text-ink-2">{winner.score.toFixed(3)}</span>
    </>
  );
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value).replace('-', '−');
}
