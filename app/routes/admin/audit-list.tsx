import { Link } from 'react-router';
import type { AuditEntry } from '../../../server/application/record-port.ts';
import { dateTime } from '../../format.ts';
import { type Change, changesOf, doneWords, kindWords, namesSubject, ruleOf } from './audit-words.ts';

type Names = Readonly<Record<string, string>>;

/** Entries of the audit as sentences, newest first; each actor, action and subject leads to everything else of it. */
export function AuditList({ entries, names, total }: { entries: readonly AuditEntry[]; names: Names; total: number }) {
  return (
    <ol aria-label={`Audit, newest of ${total} entries`} className="border-b border-line-1">
      {entries.map((entry) => (
        <li
          key={entry.number}
          className="grid grid-cols-[4rem_minmax(0,1fr)] gap-x-3 border-t border-line-1 px-3 py-2 lg:grid-cols-[5rem_12rem_minmax(0,1fr)] lg:px-4"
        >
          <span className="pt-3 font-data text-data text-ink-3">
            <span className="sr-only">Entry </span>
            {entry.number}
          </span>
          <time
            dateTime={entry.at.toISOString()}
            className="pt-3 font-data text-data text-ink-2 max-lg:col-start-2 max-lg:row-start-1"
          >
            {dateTime(entry.at)}
          </time>
          <div className="min-w-0 max-lg:col-start-2">
            <Sentence entry={entry} names={names} />
            {entry.reason !== null && <p className="max-w-prose break-words">“{entry.reason}”</p>}
            <Changes changes={changesOf(entry)} />
            <Details entry={entry} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Sentence({ entry, names }: { entry: AuditEntry; names: Names }) {
  const { actor, action, subject } = entry;
  return (
    <p className="break-words">
      <Link
        to={`?actor=${encodeURIComponent(actor.id ?? actor.kind)}`}
        className="inline-flex min-h-11 items-center max-lg:min-w-11 font-semibold underline"
      >
        {whoOf(entry, names)}
      </Link>{' '}
      <Link
        to={`?action=${encodeURIComponent(action)}`}
        title={action}
        className="inline-flex min-h-11 items-center max-lg:min-w-11 underline decoration-dotted"
      >
        {doneWords(action)}
      </Link>
      {namesSubject(action) && (
        <>
          {' '}
          <Link
            to={`?subject=${encodeURIComponent(subject.id)}`}
            className="inline-flex min-h-11 items-center max-lg:min-w-11 gap-1 underline"
          >
            {kindWords(subject.kind, names[subject.id])}
            <Known subject={subject} names={names} />
          </Link>
        </>
      )}
      .
    </p>
  );
}

/** A person by name, a program by what it is, a rule by what it allows; somebody who is gone by the start of their id. */
function whoOf({ actor, after }: AuditEntry, names: Names): string {
  if (actor.kind === 'system') {
    const pattern = ruleOf(after);
    return pattern === null ? 'The program' : `The rule “${pattern}”`;
  }
  const name = actor.id === null ? undefined : names[actor.id];
  const kind = actor.kind === 'user' ? 'Somebody' : `The ${actor.kind}`;
  if (name === undefined) return `${kind} ${actor.id?.slice(0, 8) ?? ''}`;
  return actor.kind === 'user' ? name : `${kind} ${name}`;
}

function Known({ subject: { kind, id }, names }: { subject: AuditEntry['subject']; names: Names }) {
  const name = names[id];
  if (name === undefined) return <span className="font-data text-data">{id.slice(0, 8)}</span>;
  return kind === 'ask' || kind === 'ask_rule' ? <>“{name}”</> : name;
}

function Changes({ changes }: { changes: readonly Change[] }) {
  if (changes.length === 0) return null;
  return (
    <dl className="mt-1 grid max-w-4xl grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-3 border-l-2 border-line-2 pl-3 text-data">
      {changes.map(({ name, before, after }) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className="line-clamp-3 break-words font-data">
            {before !== null && (
              <>
                <span className="sr-only">was </span>
                <del className="text-ink-2">{before}</del>
                {after !== null && <span aria-hidden="true"> → </span>}
              </>
            )}
            {after !== null && (
              <>
                {before !== null && <span className="sr-only">, is now </span>}
                {after}
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the hash is made of, for whoever checks. */
function Details({ entry }: { entry: AuditEntry }) {
  const { number, action, actor, subject, before, after, requestId, previousHash, hash } = entry;
  const parts = [
    ['action', action],
    ['actor', `${actor.kind} ${actor.id ?? ''}`],
    ['subject', `${subject.kind} ${subject.id}`],
    ...(before === null ? [] : [['before', JSON.stringify(before, null, 2)] as const]),
    ...(after === null ? [] : [['after', JSON.stringify(after, null, 2)] as const]),
    ...(requestId === null ? [] : [['request', requestId] as const]),
    ['hash before', previousHash],
    ['hash', hash],
  ] as const;
  return (
    <details className="text-data">
      <summary className="inline-flex min-h-11 cursor-pointer items-center text-ink-2">
        As it is stored<span className="sr-only">, entry {number}</span>
      </summary>
      <dl className="mb-2 flex flex-col gap-1">
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
