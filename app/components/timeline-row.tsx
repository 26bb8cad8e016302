import clsx from 'clsx';
import { Link } from 'react-router';
import type { EventType } from '../../server/domain/events.ts';
import { dateTime, duration, milliseconds, time } from '../format.ts';
import { useNow } from '../hooks/use-clock.tsx';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { type AttemptBar, grownTo, type SegmentKind, segmentKinds } from './timeline-bars.ts';
import { blobOf, commandsOf, toolCallOf } from './timeline-payload.ts';
import type { EventRow, IdleRow, Row } from './timeline-rows.ts';

interface RowProps {
  row: Row;
  bar: AttemptBar | undefined;
  base: string;
  marked: boolean;
}

/** One row of the timeline; idle time is a break of fixed height with its length on it. */
export function TimelineRow({ row, ...rest }: RowProps) {
  return row.kind === 'idle' ? <Idle row={row} /> : <EventLine row={row} {...rest} />;
}

function Idle({ row }: { row: IdleRow }) {
  return (
    <p className="flex items-center gap-3 px-3 py-1 font-data text-micro text-ink-3 lg:px-4">
      <span aria-hidden="true" className="h-px flex-1 border-t border-dashed border-line-2" />
      nothing for {duration(row.seconds)}
      <span aria-hidden="true" className="h-px flex-1 border-t border-dashed border-line-2" />
    </p>
  );
}

// Frequent and of little weight each: one line instead of two.
const small: ReadonlySet<EventType> = new Set(['attempt.usage_reported', 'attempt.file_changed']);

function EventLine({ row, bar, base, marked }: Omit<RowProps, 'row'> & { row: EventRow }) {
  const { event, words } = row;
  const checkpoint = event.type === 'checkpoint.created' || event.type === 'checkpoint.restored';
  const person = event.actor.kind === 'user' || event.actor.kind === 'token';
  return (
    <article
      id={String(row.seq)}
      aria-label={`Event ${row.seq}`}
      className={clsx(
        'grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2 border-b border-l-4 border-b-line-1 border-l-transparent px-3 py-1.5 sm:grid-cols-[7rem_1.25rem_minmax(0,1fr)] lg:px-4',
        checkpoint && 'border-l-ink-1! bg-surface-1',
        words.group === 'people' && words.tone === 'waiting' && 'border-l-waiting!',
        marked && 'bg-surface-3',
      )}
    >
      <a
        href={`#${row.seq}`}
        title={`Event ${row.seq}, ${dateTime(event.at)}`}
        className="col-span-2 font-data text-micro leading-5 text-ink-3 hover:underline sm:col-span-1"
      >
        <time dateTime={event.at.toISOString()} className="text-micro">
          {time(event.at)}
        </time>
      </a>
      <span className={clsx('pt-0.5', toneText[words.tone])}>
        <Glyph name={words.glyph} size={14} />
      </span>
      <div className={clsx('min-w-0', small.has(event.type) && 'flex flex-wrap items-baseline gap-x-4')}>
        <p className={clsx('line-clamp-4 whitespace-pre-wrap break-words text-body leading-5', toneText[words.tone])}>
          {words.text}
        </p>
        {bar !== undefined && (bar.growing === null ? <Bar bar={bar} /> : <GrowingBar bar={bar} />)}
        <div className="flex flex-wrap items-baseline gap-x-2 font-data text-micro leading-6">
          {row.task !== null && (
            <Link
              to={`${base}?task=${String(event.payload.taskId)}`}
              preventScrollReset
              className="min-h-6 font-bold text-ink-2 underline hover:text-ink-1"
            >
              {row.task}
              <span className="sr-only">: look at this task</span>
            </Link>
          )}
          <Details row={row} base={base} person={person} />
        </div>
      </div>
    </article>
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
function Details({ row, base, person }: { row: EventRow; base: string; person: boolean }) {
  const event = row.completion ?? row.event;
  const tool = event.type === 'attempt.tool_called' ? toolCallOf(event.payload) : null;
  const commands = event.type.startsWith('verification.') ? commandsOf(event.payload) : [];
  const blob = blobOf(event.payload);
  return (
    <details className="min-w-0 open:basis-full">
      <summary className="min-h-6 font-data text-micro leading-6 text-ink-3 hover:text-ink-1">
        <span className={clsx(person && 'font-bold text-ink-1')}>{row.event.actor.name}</span> · {row.event.type} ·{' '}
        {row.seq}
        <span className="sr-only">: {tool === null ? 'payload' : 'input and output'}</span>
      </summary>
      <div className="flex flex-col gap-2 py-2">
        {tool !== null && (
          <>
            <Block name="Input" text={json(tool.input)} />
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
        {tool === null && <Block name="Payload" text={json(event.payload)} />}
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

function json(value: unknown): string {
  return value === null ? '' : JSON.stringify(value, null, 2);
}
