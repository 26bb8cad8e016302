import type { LiveEvent } from '../live.ts';
import { type ToolCall, textOf, toolCallOf } from './timeline-payload.ts';

export type OutputItem =
  | {
      readonly kind: 'text';
      readonly key: string;
      readonly seq: number;
      readonly said: string;
      readonly text: string;
      readonly at: Date;
    }
  | {
      readonly kind: 'tool';
      readonly key: string;
      readonly seq: number;
      readonly call: ToolCall;
      readonly blob: string | null;
      readonly at: Date;
    };

export interface AttemptOutput {
  readonly attemptId: string;
  readonly taskId: string;
  readonly items: readonly OutputItem[];
}

/** The event types the output is made of. */
export const outputTypes = ['attempt.started', 'attempt.output', 'attempt.tool_called', 'attempt.ended'] as const;

interface Draft {
  readonly taskId: string;
  readonly items: OutputItem[];
  /** Where the running calls stand. */
  readonly open: Map<string, number>;
}

/** What each attempt said and did, in order, the newest attempt first; a tool call and its completion are one item. */
export function outputOf(events: readonly LiveEvent[]): AttemptOutput[] {
  const attempts = new Map<string, Draft>();
  for (const event of events) {
    const attemptId = textOf(event.payload, 'attemptId');
    if (attemptId === null || event.seq === null || !outputTypes.some((one) => one === event.type)) continue;
    const taskId = textOf(event.payload, 'taskId') ?? '';
    const draft = attempts.get(attemptId) ?? { taskId, items: [], open: new Map() };
    attempts.set(attemptId, draft);
    if (event.type === 'attempt.output') addText(draft, event, event.seq);
    if (event.type === 'attempt.tool_called') addCall(draft, event, event.seq);
    if (event.type === 'attempt.ended') interrupt(draft);
  }
  // The newest attempt is what a person looks for.
  return [...attempts].map(([attemptId, { taskId, items }]) => ({ attemptId, taskId, items })).reverse();
}

function addText({ items }: Draft, { payload, at }: LiveEvent, seq: number): void {
  const text = textOf(payload, 'text');
  if (text === null) return;
  items.push({ kind: 'text', key: `s${seq}`, seq, said: textOf(payload, 'kind') ?? 'text', text, at });
}

function addCall({ items, open }: Draft, { payload, at }: LiveEvent, seq: number): void {
  const call = toolCallOf(payload);
  const id = call.callId ?? `s${seq}`;
  const index = open.get(id) ?? items.length;
  const begun = items[index];
  const since = begun === undefined ? { key: `s${seq}`, seq, at } : { key: begun.key, seq: begun.seq, at: begun.at };
  items[index] = { kind: 'tool', ...since, call, blob: textOf(payload, 'blob') };
  // The same call after its end is another one: a run that was resumed makes it anew.
  if (call.status === 'running') open.set(id, index);
  else open.delete(id);
}

function interrupt({ items, open }: Draft): void {
  for (const index of open.values()) {
    const item = items[index];
    if (item?.kind === 'tool') items[index] = { ...item, call: { ...item.call, status: 'interrupted' } };
  }
  open.clear();
}

/** Whether two items of one key are drawn alike; they are made anew with every batch of events. */
export function saysTheSame(one: OutputItem, other: OutputItem): boolean {
  if (one.kind === 'text') return other.kind === 'text' && one.text === other.text && one.said === other.said;
  if (other.kind === 'text') return false;
  const fields = Object.keys(one.call) as (keyof ToolCall)[];
  return one.blob === other.blob && fields.every((field) => one.call[field] === other.call[field]);
}

/** Stored events and those that came live, each once and in order. */
export function joinEvents(stored: readonly LiveEvent[], live: readonly LiveEvent[]): LiveEvent[] {
  const bySeq = new Map<number, LiveEvent>();
  for (const event of [...stored, ...live]) if (event.seq !== null) bySeq.set(event.seq, event);
  return [...bySeq.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}
