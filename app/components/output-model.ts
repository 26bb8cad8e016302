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
export const outputTypes = ['attempt.started', 'attempt.output', 'attempt.tool_called'] as const;

/** What each attempt said and did, in order; a tool call and its completion are one item. */
export function outputOf(events: readonly LiveEvent[]): AttemptOutput[] {
  const attempts = new Map<string, { taskId: string; items: Map<string, OutputItem> }>();
  for (const { type, payload, seq, at } of events) {
    if (!outputTypes.some((one) => one === type)) continue;
    const attemptId = textOf(payload, 'attemptId');
    if (attemptId === null || seq === null) continue;
    const attempt = attempts.get(attemptId) ?? { taskId: textOf(payload, 'taskId') ?? '', items: new Map() };
    attempts.set(attemptId, attempt);
    if (type === 'attempt.output') {
      const text = textOf(payload, 'text');
      if (text !== null) {
        attempt.items.set(`s${seq}`, {
          kind: 'text',
          key: `s${seq}`,
          seq,
          said: textOf(payload, 'kind') ?? 'text',
          text,
          at,
        });
      }
    }
    if (type === 'attempt.tool_called') {
      const call = toolCallOf(payload);
      const key = call.callId ?? `s${seq}`;
      const begun = attempt.items.get(key);
      const item = {
        kind: 'tool',
        key,
        seq: begun?.seq ?? seq,
        call,
        blob: textOf(payload, 'blob'),
        at: begun?.at ?? at,
      } as const;
      attempt.items.set(key, item);
    }
  }
  return [...attempts].map(([attemptId, { taskId, items }]) => ({ attemptId, taskId, items: [...items.values()] }));
}

/** Stored events and those that came live, each once and in order. */
export function joinEvents(stored: readonly LiveEvent[], live: readonly LiveEvent[]): LiveEvent[] {
  const bySeq = new Map<number, LiveEvent>();
  for (const event of [...stored, ...live]) if (event.seq !== null) bySeq.set(event.seq, event);
  return [...bySeq.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}
