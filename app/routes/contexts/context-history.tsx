import { Link } from 'react-router';
import type { ContextChange } from '../../../server/domain/context.ts';
import { Panel } from '../../components/page.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { dateTime, plural } from '../../format.ts';
import { valueText } from './context-words.ts';

const columns = [
  { words: 'Version' },
  { words: 'Path and change' },
  { words: 'By', wide: true },
  { words: 'When', wide: true, end: true },
];

interface ContextHistoryProps {
  changes: readonly ContextChange[];
  /** An older page is shown. */
  paged: boolean;
  /** There may be older ones. */
  full: boolean;
}

/** Who changed what, when: the newest first, every value as it was and as it became. */
export function ContextHistory({ changes, paged, full }: ContextHistoryProps) {
  const last = changes.at(-1);
  return (
    <Panel title="History" id="history" aside={plural(changes.length, 'change')}>
      {changes.length === 0 ? (
        <p className="px-3 py-3 text-ink-2 lg:px-4">Nothing was written yet.</p>
      ) : (
        <Table caption="Changes, the newest first" columns={columns}>
          {changes.map((change) => (
            <tr key={change.id} className="border-b border-line-1">
              <Cell className="font-data text-data">{change.version}</Cell>
              <Cell className="font-data text-data">
                <b className="break-all">{change.path}</b>
                <span className="block break-all text-ink-2">
                  <Side change={change} side="before" /> → <Side change={change} side="after" />
                </span>
                <span className="text-micro text-ink-3 md:hidden">
                  {change.actor.name}, {dateTime(change.at)}
                </span>
              </Cell>
              <Cell wide className="text-data">
                {change.actor.name} <span className="text-ink-3">({change.actor.kind})</span>
              </Cell>
              <Cell wide end className="whitespace-nowrap font-data text-data">
                {dateTime(change.at)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      <p className="flex flex-wrap gap-x-6 px-3 lg:px-4">
        {paged && (
          <Link to="?#history" className="inline-flex min-h-11 items-center underline">
            Back to the newest
          </Link>
        )}
        {full && last !== undefined && (
          <Link to={`?before=${last.id}#history`} className="inline-flex min-h-11 items-center underline">
            Older changes
          </Link>
        )}
      </p>
    </Panel>
  );
}

function Side({ change, side }: { change: ContextChange; side: 'before' | 'after' }) {
  if (!(side in change)) return <i>nothing</i>;
  const text = valueText(change[side]);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
