import type { RunEvent } from '../../application/ports.ts';
import type { Usage } from '../../domain/metrics.ts';
import type { OpenAsk } from './opencode-asks.ts';
import { eventsOf } from './opencode-parts.ts';
import type { Message, Part } from './opencode-shapes.ts';

/** Tells each fact of a run once, however often stream and polls show it. */
export interface RunReporter {
  part(part: Part): void;
  messages(messages: readonly Message[]): void;
  ask(ask: OpenAsk): void;
  /** What is told as open at this moment; taken before the runtime is asked, and handed to `asks` with its answer. */
  toldAsks(): ReadonlySet<string>;
  /**
   * All asks open now: those of `before` that are missing here are gone. One that the stream told while the answer was
   * under way is in neither, and must not be taken for gone: it would wait for ever.
   */
  asks(open: readonly OpenAsk[], before: ReadonlySet<string>): void;
  askClosed(remoteAskId: string): void;
  usage(totals: { usage: Usage; calls: number; errors: number }): void;
  /** Calls whose ask is open: their tool has not begun. */
  waitingCalls(): ReadonlySet<string>;
}

/** `answered` holds the asks we answered ourselves: their end is no news. */
export function createReporter(
  directory: string,
  answered: ReadonlySet<string>,
  emit: (event: RunEvent) => void,
): RunReporter {
  const told = new Set<string>();
  const open = new Map<string, OpenAsk>();
  let lastTotals = '';

  const part = (one: Part) => {
    for (const event of eventsOf(one, directory)) {
      if (!('key' in event) || told.has(event.key)) continue;
      told.add(event.key);
      emit(event);
    }
  };
  const ask = (one: OpenAsk) => {
    if (told.has(one.remoteAskId)) return;
    told.add(one.remoteAskId);
    open.set(one.remoteAskId, one);
    const { callId: _, ...remote } = one;
    emit({ type: 'ask', ask: remote });
  };
  const askClosed = (remoteAskId: string) => {
    if (open.delete(remoteAskId) && !answered.has(remoteAskId)) emit({ type: 'ask_gone', remoteAskId });
  };

  return {
    part,
    ask,
    askClosed,
    messages(messages) {
      for (const { info, parts } of messages) if (info.role === 'assistant') parts.forEach(part);
    },
    toldAsks: () => new Set(open.keys()),
    asks(current, before) {
      current.forEach(ask);
      const ids = new Set(current.map(({ remoteAskId }) => remoteAskId));
      for (const id of before) if (!ids.has(id)) askClosed(id);
    },
    usage(totals) {
      const text = JSON.stringify(totals);
      if (text === lastTotals) return;
      lastTotals = text;
      emit({ type: 'usage', ...totals });
    },
    waitingCalls: () => new Set([...open.values()].flatMap(({ callId }) => callId ?? [])),
  };
}
