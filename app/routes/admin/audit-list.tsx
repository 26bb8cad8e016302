import { Link } from 'react-router';
import type { AuditEntry } from '../../../server/application/record-port.ts';
import { Cell, Table } from '../../components/ui/table.tsx';
import { dateTime } from '../../format.ts';

const columns = [
  { words: 'No.' },
  { words: 'Time', wide: true },
  { words: 'Actor', wide: true },
  { words: 'Action' },
  { words: 'Subject', wide: true },
];

/** Entries of the audit, newest first; each actor and subject leads to everything else of it. */
export function AuditList({
  entries,
  names,
  total,
}: {
  entries: readonly AuditEntry[];
  names: Readonly<Record<string, string>>;
  total: number;
}) {
  return (
    <Table caption={`Audit, newest of ${total} entries`} columns={columns}>
      {entries.map((entry) => (
        <tr key={entry.number} className="border-b border-line-1">
          <Cell className="font-data text-data">{entry.number}</Cell>
          <Cell wide className="whitespace-nowrap font-data text-data">
            <time dateTime={entry.at.toISOString()}>{dateTime(entry.at)}</time>
          </Cell>
          <Cell wide>
            <Who entry={entry} names={names} />
          </Cell>
          <Cell>
            <Link
              to={`?action=${encodeURIComponent(entry.action)}`}
              className="inline-flex min-h-11 items-center break-words font-data underline"
            >
              {entry.action}
            </Link>
            <p className="break-words text-data text-ink-2 md:hidden">
              <time dateTime={entry.at.toISOString()}>{dateTime(entry.at)}</time>, <Who entry={entry} names={names} />,{' '}
              <What entry={entry} />
            </p>
            {entry.reason !== null && <p className="max-w-prose break-words text-data">“{entry.reason}”</p>}
            <Details entry={entry} />
          </Cell>
          <Cell wide>
            <What entry={entry} />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function Who({ entry: { actor }, names }: { entry: AuditEntry; names: Readonly<Record<string, string>> }) {
  const name = actor.id === null ? undefined : names[actor.id];
  return (
    <Link
      to={`?actor=${encodeURIComponent(actor.id ?? actor.kind)}`}
      className="text-data underline md:inline-flex md:min-h-11 md:flex-wrap md:items-center md:gap-x-2"
    >
      {actor.kind} {name ?? <Id>{actor.id}</Id>}
    </Link>
  );
}

function What({ entry: { subject } }: { entry: AuditEntry }) {
  return (
    <Link
      to={`?subject=${encodeURIComponent(subject.id)}`}
      className="text-data underline md:inline-flex md:min-h-11 md:flex-wrap md:items-center md:gap-x-2"
    >
      {subject.kind} <Id>{subject.id}</Id>
    </Link>
  );
}

function Id({ children }: { children: string | null }) {
  return <span className="font-data text-micro">{children?.slice(0, 8) ?? ''}</span>;
}

function Details({ entry }: { entry: AuditEntry }) {
  const { before, after, requestId, hash } = entry;
  const parts = [
    ...(before === null ? [] : [['before', JSON.stringify(before, null, 2)] as const]),
    ...(after === null ? [] : [['after', JSON.stringify(after, null, 2)] as const]),
    ...(requestId === null ? [] : [['request', requestId] as const]),
    ['hash', hash] as const,
  ];
  return (
    <details className="text-data">
      <summary className="inline-flex min-h-6 cursor-pointer items-center text-ink-2">
        Details<span className="sr-only"> of entry {entry.number}</span>
      </summary>
      <dl className="mt-1 flex flex-col gap-1">
        {parts.map(([name, value]) => (
          <div key={name}>
            <dt className="engraved text-micro text-ink-3">{name}</dt>
            <dd className="whitespace-pre-wrap break-all font-data text-micro">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
