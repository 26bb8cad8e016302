import clsx from 'clsx';
import { Link } from 'react-router';
import type { EventType } from '../../server/domain/events.ts';
import { dateTime, duration, milliseconds, time } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import { useNow } from '../hooks/use-clock.tsx';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { JsonFrame } from './json-frame.tsx';
import { type AttemptBar, grownTo, type SegmentKind, segmentKinds } from './timeline-bars.ts';
import { blobOf, commandsOf, toolCallOf } from './timeline-payload.ts';
import type { EventRow } from './timeline-rows.ts';

interface RowProps {
  row: EventRow;
  bar: AttemptBar | undefined;
  base: string;
  marked: boolean;
  /** Without one the row links by its number alone. */
  address: Pick<AddressInUse, 'to'> | null;
}

/** Time in which nothing happened: a break of fixed height with its length on it. */
export function Idle({ seconds }: { seconds: number }) {
  return (
    <p className="flex items-center gap-3 px-3 py-1 font-data text-micro text-ink-3 lg:px-4">
      <span aria-hidden="true" className="h-px flex-1 border-t border-dashed border-line-2" />
      nothing for {duration(seconds)}
      <span aria-hidden="true" className="h-px flex-1 border-t border-dashed border-line-2" />
    </p>
  );
}

/** Where the moment that is shown lies: what follows had not happened then. */
export function Later() {
  return (
    <p className="border-b-4 border-caution px-3 pb-1 pt-2 font-data text-micro text-caution lg:px-4">
      the moment shown; what follows came later
    </p>
  );
}

/** The place of an event that is being read, or that retention took away. */
export function Unread({ seq, gone }: { seq: number; gone: boolean }) {
  return (
    <p className="h-14 border-b border-line-1 px-3 py-1.5 font-data text-micro text-ink-3 lg:px-4">
      event {seq.toLocaleString('en-US')} {gone ? 'is not kept any more' : 'is being read'}
    </p>
  );
}

// Frequent and of little weight each: one line instead of two.
const small: ReadonlySet<EventType> = new Set(['attempt.usage_reported', 'attempt.file_changed']);

/** One event: when, what, of which task, and all of it in the inspector or under it. */
export function EventLine({ row, bar, base, marked, address }: RowProps) {
  const { event, words } = row;
  const checkpoint = event.type === 'checkpoint.created' || event.type === 'checkpoint.restored';
  const person = event.actor.kind === 'user' || event.actor.kind === 'token';
  return (
    <article
      id={String(row.seq)}
      aria-label={`Event ${row.seq}`}
      className={clsx(
        'relative grid grid-cols-[1.25rem_minmax(0,1fr)_2.75rem] gap-x-2 border-b border-l-4 border-b-line-1 border-l-transparent py-1 pl-2',
        marked ? 'bg-surface-3' : 'hover:bg-surface-2',
        checkpoint && ['border-l-ink-1!', !marked && 'bg-surface-1'],
        words.group === 'people' && words.tone === 'waiting' && 'border-l-waiting!',
      )}
    >
      <span className={clsx('pt-0.5', toneText[words.tone])}>
        <Glyph name={words.glyph} size={14} />
      </span>
      <div className={clsx('min-w-0 self-center', small.has(event.type) && 'flex flex-wrap items-baseline gap-x-4')}>
        <p className={clsx('line-clamp-4 whitespace-pre-wrap break-words text-body leading-5', toneText[words.tone])}>
          {words.text}
        </p>
        {bar !== undefined && (bar.growing === null ? <Bar bar={bar} /> : <GrowingBar bar={bar} />)}
        <p className="flex flex-wrap items-baseline gap-x-2 font-data text-micro leading-5 text-ink-3">
          <Stamp row={row} address={address} marked={marked} />
          {row.task !== null && <b className="text-ink-2">{row.task}</b>}
          <span className="min-w-0 wrap-anywhere">
            <span className={clsx(person && 'font-bold text-ink-1')}>{event.actor.name}</span> · {event.type} ·{' '}
            {row.seq}
          </span>
        </p>
      </div>
      <Details row={row} base={base} />
    </article>
  );
}

/** When it happened; the whole row leads to all of it, and to the task it is about. */
function Stamp({ row, address, marked }: Pick<RowProps, 'row' | 'address' | 'marked'>) {
  return (
    <Link
      to={address?.to({ event: row.seq, task: null }) ?? `?event=${row.seq}`}
      preventScrollReset
      title={`Event ${row.seq}, ${dateTime(row.event.at)}`}
      aria-current={marked ? 'true' : undefined}
      className="text-ink-2 underline after:absolute after:inset-0 hover:text-ink-1"
    >
      <time dateTime={row.event.at.toISOString()} className="text-micro">
        {time(row.event.at)}
      </time>
      <span className="sr-only">: inspect event {row.seq}</span>
    </Link>
  );
}

const segmentFill: Record<SegmentKind, string> = {
  queued: 'bg-line-2',
  waiting: 'bg-waiting',
  running: 'bg-live',
  verifying: 'bg-stream',
};

function GrowingBar({ bar }: { bar: AttemptBar }) {
  return <Bar bar={grownTo(bar, useNow())} />;
}

/** Where the time of an attempt went; the words stand beside it, so that colour is never alone. */
function Bar({ bar }: { bar: AttemptBar }) {
  const total = bar.segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const parts = bar.segments.filter((segment) => segment.seconds > 0);
  return (
    <div className="my-1 max-w-2xl">
      <div aria-hidden="true" className="flex h-3 w-full gap-px bg-surface-3">
        {parts.map((segment) => (
          <span
            key={segment.kind}
            className={segmentFill[segment.kind]}
            style={{ flexGrow: Math.max(segment.seconds, total / 100), flexBasis: 0 }}
          />
        ))}
      </div>
      <p className="flex flex-wrap gap-x-4 pt-0.5 font-data text-micro text-ink-2">
        {segmentKinds.map((kind) => {
          const seconds = bar.segments.find((segment) => segment.kind === kind)?.seconds ?? 0;
          return (
            <span key={kind} className="flex items-center gap-1.5">
              <span aria-hidden="true" className={clsx('size-2', segmentFill[kind])} />
              {kind} {duration(seconds)}
            </span>
          );
        })}
      </p>
    </div>
  );
}

/** What lies behind a row, opened on demand: a tool's input and output, the commands of a proof, the raw payload. */
function Details({ row, base }: { row: EventRow; base: string }) {
  const event = row.completion ?? row.event;
  const tool = event.type === 'attempt.tool_called' ? toolCallOf(event.payload) : null;
  const commands = event.type.startsWith('verification.') ? commandsOf(event.payload) : [];
  const blob = blobOf(event.payload);
  return (
    <details className="group contents details-content:relative details-content:z-[1] details-content:col-start-2 details-content:min-w-0">
      <summary className="relative z-[1] flex min-h-11 list-none items-center justify-center text-ink-2 hover:text-ink-1">
        <span aria-hidden="true" className="font-data text-micro group-open:rotate-90">
          ▶
        </span>
        <span className="sr-only">
          Event {row.seq}: {tool === null ? 'payload' : 'input and output'}
        </span>
      </summary>
      <div className="flex flex-col gap-2 py-2">
        {tool !== null && (
          <>
            <Data name="Input" value={tool.input} />
            <Block name={tool.status === 'running' ? 'Output: still running' : 'Output'} text={tool.output ?? ''} />
          </>
        )}
        {commands.map((command) => (
          <Block
            key={command.command}
            name={`${command.exitCode === null ? 'ended by the time limit' : `exit ${command.exitCode}`}, ${milliseconds(command.durationMs)}`}
            text={command.command}
          />
        ))}
        {tool === null && <Data name="Payload" value={event.payload} />}
        {blob !== null && (
          <a href={`${base}/payloads/${blob}`} className="inline-flex min-h-11 items-center text-data underline">
            It was cut to fit; open the whole payload
          </a>
        )}
      </div>
    </details>
  );
}

function Block({ name, text }: { name: string; text: string }) {
  if (text === '') return <p className="font-data text-micro text-ink-3">{name}: nothing</p>;
  return (
    <figure className="min-w-0">
      <figcaption className="engraved text-micro text-ink-3">{name}</figcaption>
      <pre className="max-h-80 overflow-auto whitespace-pre-wrap break-words border border-line-1 bg-surface-1 p-2 text-micro">
        {text}
      </pre>
    </figure>
  );
}

function Data({ name, value }: { name: string; value: unknown }) {
  if (value === null) return <Block name={name} text="" />;
  return (
    <figure className="min-w-0">
      <figcaption className="engraved text-micro text-ink-3">{name}</figcaption>
      <JsonFrame value={value} />
    </figure>
  );
}
