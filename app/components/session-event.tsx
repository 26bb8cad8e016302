import { Link } from 'react-router';
import { dateTime, milliseconds } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import { useLedHere } from '../hooks/use-led-here.ts';
import type { LiveEvent } from '../live.ts';
import { toneText } from '../status.ts';
import { Age } from './age.tsx';
import { Glyph } from './glyph.tsx';
import { JsonFrame } from './json-frame.tsx';
import { Reading } from './page.tsx';
import { Empty } from './states.tsx';
import type { Names } from './timeline-entry.ts';
import { blobOf, commandsOf, toolCallOf } from './timeline-payload.ts';
import { wordsOf } from './timeline-words.ts';

interface SessionEventProps {
  seq: number;
  /** Null: the session has no event of this number. */
  event: LiveEvent | null;
  lastSeq: number;
  names: Names;
  address: AddressInUse;
  base: string;
}

/** One event whole: what it says, who did it and when, and everything it holds. */
export function SessionEvent({ seq, event, lastSeq, names, address, base }: SessionEventProps) {
  const section = useLedHere(true);
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-label={`Inspected event ${seq}`}
      className="border-b-4 border-line-2 outline-none"
    >
      <header className="flex items-stretch justify-between gap-3 bg-surface-2 pl-3 lg:pl-4">
        <h2 className="self-center py-2 font-data text-lead font-bold">Event {seq.toLocaleString('en-US')}</h2>
        <nav aria-label="Events before and after" className="flex">
          <Step to={seq > 1 ? address.to({ event: seq - 1, task: null }) : null} words="Earlier" />
          <Step to={seq < lastSeq ? address.to({ event: seq + 1, task: null }) : null} words="Later" />
          <Step to={address.to({ event: null, task: null })} words="Close" />
        </nav>
      </header>
      {event === null ? (
        <Empty title={`There is no event ${seq.toLocaleString('en-US')}.`}>
          The session has {lastSeq.toLocaleString('en-US')} events so far; the newest stands at the end of the timeline.
        </Empty>
      ) : (
        <Whole event={event} names={names} address={address} base={base} />
      )}
    </section>
  );
}

function Step({ to, words }: { to: string | null; words: string }) {
  const shape = 'engraved flex min-h-11 items-center border-l border-line-1 px-3 text-data';
  if (to === null) return <span className={`${shape} text-ink-3`}>{words}</span>;
  return (
    <Link to={to} preventScrollReset className={`${shape} hover:bg-surface-3`}>
      {words}
    </Link>
  );
}

function Whole({
  event,
  names,
  address,
  base,
}: Omit<SessionEventProps, 'seq' | 'event' | 'lastSeq'> & { event: LiveEvent }) {
  const words = wordsOf(event, names);
  const tool = event.type === 'attempt.tool_called' ? toolCallOf(event.payload) : null;
  const commands = event.type.startsWith('verification.') ? commandsOf(event.payload) : [];
  const blob = blobOf(event.payload);
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      <p className={`flex gap-2 whitespace-pre-wrap break-words ${toneText[words.tone]}`}>
        <span className="pt-1">
          <Glyph name={words.glyph} size={14} />
        </span>
        <span className="min-w-0">{words.text}</span>
      </p>
      <dl className="grid grid-cols-2 border border-line-1 [&>div]:border-b [&>div]:border-line-1 [&>div]:odd:border-r">
        <Reading name="Type">{event.type}</Reading>
        <Reading name="By">
          {event.actor.name}
          <span className="block text-micro text-ink-3">{event.actor.kind}</span>
        </Reading>
        <Reading name="When">
          {dateTime(event.at)}
          <span className="block text-micro text-ink-3">
            <Age since={event.at} /> ago
          </span>
        </Reading>
        <Reading name="Place">
          {event.seq} in the session
          <span className="block text-micro text-ink-3">{event.cursor} in the team</span>
        </Reading>
      </dl>
      <p>
        <Link
          to={address.to({ at: event.at })}
          preventScrollReset
          className="inline-flex min-h-11 items-center text-data underline"
        >
          The session as it was then
        </Link>
      </p>
      {tool !== null && (
        <>
          <h3 className="engraved text-micro text-ink-3">Input</h3>
          <JsonFrame value={tool.input} />
          <h3 className="engraved text-micro text-ink-3">
            Output{tool.exitCode === null ? '' : `, exit ${tool.exitCode}`}
          </h3>
          {tool.output === null ? (
            <p className="font-data text-micro text-ink-3">
              {tool.status === 'running' ? 'Still running then; its end is an event of its own.' : 'Nothing.'}
            </p>
          ) : (
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="max-h-96 overflow-auto whitespace-pre-wrap break-words border border-line-1 bg-surface-1 p-2 text-micro"
            >
              {tool.output}
            </pre>
          )}
        </>
      )}
      {commands.length > 0 && (
        <ul className="font-data text-data">
          {commands.map((one) => (
            <li key={one.command} className="break-words">
              {one.command}: {one.exitCode === null ? 'ended by the time limit' : `exit ${one.exitCode}`},{' '}
              {milliseconds(one.durationMs)}
            </li>
          ))}
        </ul>
      )}
      {blob !== null && (
        <a href={`${base}/payloads/${blob}`} className="inline-flex min-h-11 items-center text-data underline">
          It was cut to fit; open the whole payload
        </a>
      )}
      <h3 className="engraved text-micro text-ink-3">The event as data</h3>
      <JsonFrame value={event} />
    </div>
  );
}
