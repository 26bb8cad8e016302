import type { LiveEvent } from '../live.ts';
import type { EventGroup, Names, Words } from './timeline-entry.ts';
import { toolCallOf } from './timeline-payload.ts';
import { wordsOf } from './timeline-words.ts';

export interface EventRow {
  readonly kind: 'event';
  readonly key: string;
  readonly seq: number;
  readonly event: LiveEvent;
  /** The completion of a tool call, shown in the row in which the call began. */
  readonly completion: LiveEvent | null;
  readonly words: Words;
  /** The key of the task it is about. */
  readonly task: string | null;
}

export interface IdleRow {
  readonly kind: 'idle';
  readonly key: string;
  readonly seconds: number;
}

export type Row = EventRow | IdleRow;

/** Silence longer than this is folded to a break of fixed height with its length written on it. */
export const idleSeconds = 60;

/** The rows of a timeline: one per event, a tool call and its completion as one, long silence folded. */
export function rowsOf(events: readonly LiveEvent[], names: Names): Row[] {
  const rows: Row[] = [];
  const calls = new Map<string, number>();
  let last: Date | null = null;
  for (const event of events) {
    const seq = event.seq ?? 0;
    const silent = last === null ? 0 : (event.at.getTime() - last.getTime()) / 1000;
    last = event.at;
    if (silent > idleSeconds) rows.push({ kind: 'idle', key: `idle-${seq}`, seconds: silent });
    const call = event.type === 'attempt.tool_called' ? toolCallOf(event.payload) : null;
    const callKey = call?.callId == null ? null : `${String(event.payload.attemptId)}/${call.callId}`;
    const begun = callKey === null ? undefined : calls.get(callKey);
    const row = begun === undefined ? undefined : rows[begun];
    // The same call again after its end: a run that was resumed does it anew, in a row of its own.
    const anew = call?.status === 'running' && row?.kind === 'event' && row.completion !== null;
    if (begun !== undefined && row?.kind === 'event' && !anew) {
      rows[begun] = { ...row, completion: event, words: wordsOf(event, names) };
      continue;
    }
    if (callKey !== null) calls.set(callKey, rows.length);
    if (event.type === 'attempt.ended') interruptCalls(rows, String(event.payload.attemptId));
    const task = names.key(event.payload.taskId);
    rows.push({ kind: 'event', key: String(seq), seq, event, completion: null, words: wordsOf(event, names), task });
  }
  return rows;
}

/** A call that was running when its attempt ended runs no more, and will never be told to have ended. */
function interruptCalls(rows: Row[], attemptId: string): void {
  for (const [index, row] of rows.entries()) {
    if (row.kind === 'idle' || row.completion !== null || row.event.type !== 'attempt.tool_called') continue;
    if (row.event.payload.attemptId !== attemptId || toolCallOf(row.event.payload).status !== 'running') continue;
    rows[index] = { ...row, words: { ...row.words, tone: 'caution', text: `${row.words.text} (interrupted)` } };
  }
}

export interface RowFilter {
  readonly groups: ReadonlySet<EventGroup>;
  readonly text: string;
}

/** Rows of the chosen groups (none chosen: all) whose words, type, actor or payload hold the text. */
export function filterRows(rows: readonly Row[], filter: RowFilter): readonly Row[] {
  const text = filter.text.trim().toLowerCase();
  if (filter.groups.size === 0 && text === '') return rows;
  return rows.filter((row) => {
    if (row.kind === 'idle') return false;
    if (filter.groups.size > 0 && !filter.groups.has(row.words.group)) return false;
    if (text === '') return true;
    const { event, completion, words } = row;
    if (`${words.text} ${event.type} ${event.actor.name}`.toLowerCase().includes(text)) return true;
    return JSON.stringify([event.payload, completion?.payload]).toLowerCase().includes(text);
  });
}

/** Where an event is shown: its own row, or the row of the call it completes; -1 when it is not among them. */
export function rowIndexOf(rows: readonly Row[], seq: number): number {
  return rows.findIndex((row) => row.kind === 'event' && (row.seq === seq || row.completion?.seq === seq));
}
