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

/** Which end belongs to which call, over events in order: a call and its end are one row. */
export interface Pairs {
  /** The end of the call that began with this number. */
  readonly endOf: ReadonlyMap<number, LiveEvent>;
  /** Numbers of ends that are shown in the row of their call. */
  readonly absorbed: ReadonlySet<number>;
}

export function pairsOf(events: readonly LiveEvent[]): Pairs {
  const begun = new Map<string, number>();
  const endOf = new Map<number, LiveEvent>();
  const absorbed = new Set<number>();
  for (const event of events) {
    if (event.type !== 'attempt.tool_called') continue;
    const { callId, status } = toolCallOf(event.payload);
    if (callId === null) continue;
    const key = `${String(event.payload.attemptId)}/${callId}`;
    const from = begun.get(key);
    // The same call again after its end: a run that was resumed does it anew, in a row of its own.
    if (from === undefined || (status === 'running' && endOf.has(from))) begun.set(key, event.seq ?? 0);
    else {
      endOf.set(from, event);
      absorbed.add(event.seq ?? 0);
    }
  }
  return { endOf, absorbed };
}

/** The row of one event. A call that its attempt left behind runs no more, and will never be told to have ended. */
export function rowOf(event: LiveEvent, end: LiveEvent | null, names: Names, over: boolean): EventRow {
  const seq = event.seq ?? 0;
  const words = wordsOf(end ?? event, names);
  const interrupted =
    over && end === null && event.type === 'attempt.tool_called' && toolCallOf(event.payload).status === 'running';
  return {
    kind: 'event',
    key: String(seq),
    seq,
    event,
    completion: end,
    words: interrupted ? { ...words, tone: 'caution', text: `${words.text} (interrupted)` } : words,
    task: names.key(event.payload.taskId),
  };
}

/** How long nothing happened before an event, or null where that is not worth a break. */
export function silenceBefore(event: LiveEvent, before: LiveEvent | undefined): number | null {
  if (before === undefined) return null;
  const seconds = (event.at.getTime() - before.at.getTime()) / 1000;
  return seconds > idleSeconds ? seconds : null;
}

/** The rows of a list that is not scrolled by script: silence folded between them, ends of calls in their call's row. */
export function rowsOf(events: readonly LiveEvent[], names: Names): Row[] {
  const { endOf, absorbed } = pairsOf(events);
  const over = new Set(events.flatMap(({ type, payload }) => (type === 'attempt.ended' ? [payload.attemptId] : [])));
  return events.flatMap((event, place): Row[] => {
    const seq = event.seq ?? 0;
    const silent = silenceBefore(event, events[place - 1]);
    const idle: Row[] = silent === null ? [] : [{ kind: 'idle', key: `idle-${seq}`, seconds: silent }];
    if (absorbed.has(seq)) return idle;
    return [...idle, rowOf(event, endOf.get(seq) ?? null, names, over.has(event.payload.attemptId))];
  });
}

export interface EventFilter {
  readonly groups: ReadonlySet<EventGroup>;
  readonly text: string;
  /** An agent's name; '' is every one. */
  readonly agent: string;
}

export function filters({ groups, text, agent }: EventFilter): boolean {
  return groups.size > 0 || text.trim() !== '' || agent !== '';
}

/** Whether an event is of the kinds, holds the text (in its words, type, actor or payload) and is the agent's own. */
export function fits(
  event: LiveEvent,
  filter: EventFilter,
  names: Names,
  agentOf: (attemptId: unknown) => string | null,
): boolean {
  const words = wordsOf(event, names);
  if (filter.groups.size > 0 && !filter.groups.has(words.group)) return false;
  const { payload, actor, type } = event;
  if (filter.agent !== '') {
    const mine = [actor.name, payload.agent, agentOf(payload.attemptId)].includes(filter.agent);
    if (!mine) return false;
  }
  const text = filter.text.trim().toLowerCase();
  if (text === '' || `${words.text} ${type} ${actor.name}`.toLowerCase().includes(text)) return true;
  return JSON.stringify(payload).toLowerCase().includes(text);
}
