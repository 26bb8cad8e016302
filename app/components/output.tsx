import clsx from 'clsx';
import { memo } from 'react';
import type { Task } from '../../server/domain/task.ts';
import { useStreams } from '../hooks/use-live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import type { StreamedPart, Streams } from '../live-streams.ts';
import { attemptSigns } from '../status.ts';
import { Age } from './age.tsx';
import { Glyph } from './glyph.tsx';
import { type AttemptOutput, type OutputItem, saysTheSame } from './output-model.ts';
import { Panel } from './page.tsx';
import { StatusBadge } from './status-badge.tsx';
import type { ToolCall } from './timeline-payload.ts';

interface OutputProps {
  outputs: readonly AttemptOutput[];
  tasks: readonly Task[];
  attempts: readonly AttemptBrief[];
  streams: Streams;
  base: string;
}

/** What agents say and what their tools answer, attempt by attempt; what streams right now stands at the end. */
export function Output({ outputs, tasks, attempts, streams, base }: OutputProps) {
  const streaming = useStreams(streams);
  return outputs.map((output) => {
    const attempt = attempts.find((one) => one.id === output.attemptId);
    const task = tasks.find((one) => one.id === output.taskId);
    const name = `${task?.key ?? 'task'} · attempt ${attempt?.number ?? '?'}`;
    return (
      <Panel
        key={output.attemptId}
        id={`output-${output.attemptId}`}
        title={name}
        aside={
          attempt !== undefined && (
            <span className="flex items-center gap-3">
              <StatusBadge sign={attemptSigns[attempt.status]} />
              <span>
                <Age since={attempt.endedAt ?? attempt.startedAt} label={attempt.endedAt === null ? 'for' : 'ended'} />
                {attempt.endedAt !== null && ' ago'}
              </span>
            </span>
          )
        }
      >
        <ol className="flex flex-col">
          {output.items.map((item) => (
            <li
              key={item.key}
              className={clsx(
                // What is out of sight is neither laid out nor painted: agents tell more than a window holds.
                'border-b border-line-1 px-3 [contain-intrinsic-size:auto_3rem] [content-visibility:auto] lg:px-4',
                item.kind === 'text' && 'py-2',
              )}
            >
              <Item item={item} base={base} />
            </li>
          ))}
        </ol>
        {output.items.length === 0 && !streaming.some((part) => part.attemptId === output.attemptId) && (
          <p className="px-3 py-2 text-ink-3 lg:px-4">It has said nothing yet.</p>
        )}
        <Streaming parts={streaming.filter((part) => part.attemptId === output.attemptId)} />
      </Panel>
    );
  });
}

const kinds: Record<string, string> = {
  text: '',
  reasoning: 'Thinks',
  todo: 'To do',
  progress: 'Note',
  prompt: 'A person said',
};

const silence: Record<ToolCall['status'], string> = {
  running: 'Still running.',
  completed: 'No output.',
  error: 'No output.',
  interrupted: 'Interrupted: its attempt ended before it did.',
};

interface ItemProps {
  item: OutputItem;
  base: string;
}

/** Drawn again only when it says something else: with every batch all items are made anew. */
const Item = memo(function Item({ item, base }: ItemProps) {
  if (item.kind === 'text') {
    const kind = kinds[item.said] ?? item.said;
    return (
      <div className={clsx('max-w-prose', item.said === 'reasoning' && 'text-ink-2')}>
        {kind !== '' && <p className="engraved text-micro text-ink-3">{kind}</p>}
        <p className="whitespace-pre-wrap break-words">{item.text}</p>
      </div>
    );
  }
  const { call, blob } = item;
  const wrong = call.status === 'error' || (call.exitCode ?? 0) !== 0;
  const end = call.status === 'running' ? 'running' : call.exitCode === null ? call.status : `exit ${call.exitCode}`;
  return (
    <details className="group">
      <summary className="flex min-h-11 flex-wrap items-center gap-x-3 font-data text-data hover:bg-surface-2">
        <span className="text-ink-3 group-open:rotate-90">
          <Glyph name="arrow" size={12} />
        </span>
        <b>{call.tool}</b>
        <span className="min-w-0 flex-1 break-all">{call.subject ?? ''}</span>
        <span className={wrong ? 'font-bold text-broken' : call.status === 'running' ? 'text-live' : 'text-ink-3'}>
          {end}
        </span>
      </summary>
      <pre className="max-h-96 overflow-auto whitespace-pre-wrap break-words border border-line-1 bg-surface-1 p-2">
        {call.output ?? silence[call.status]}
      </pre>
      {blob !== null && (
        <a href={`${base}/payloads/${blob}`} className="inline-flex min-h-11 items-center text-data underline">
          It was cut to fit; open all of it
        </a>
      )}
    </details>
  );
}, drawsTheSame);

function drawsTheSame(one: ItemProps, other: ItemProps): boolean {
  return one.base === other.base && saysTheSame(one.item, other.item);
}

/** Not stored yet: it may still change, and goes when its stored part comes. Not read aloud word by word. */
function Streaming({ parts }: { parts: readonly StreamedPart[] }) {
  return parts.map((part) => (
    <div key={part.partId} aria-live="off" className="border-l-4 border-stream px-3 py-2 lg:px-4">
      <p className="engraved text-micro text-stream">Streaming</p>
      <p className="max-w-prose whitespace-pre-wrap break-words">
        {part.text}
        <span aria-hidden="true" className="ml-0.5 inline-block h-4 w-2 bg-stream align-text-bottom" />
      </p>
    </div>
  ));
}
