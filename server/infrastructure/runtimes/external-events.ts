import type { Report } from '../../application/external-port.ts';
import type { RemoteAsk, RunEvent, RunOrder } from '../../application/ports.ts';
import type { Artifact, ProgressEvent } from '../../domain/external-agent.ts';

/** A report of an agent as an event of its run. The key is the row's place, so that a second telling is no second fact. */
export function eventOf(order: RunOrder, turn: number, { seq, event }: Report): RunEvent | null {
  const key = `external:${turn}:${seq}`;
  switch (event.type) {
    case 'output':
      return { type: 'output', key, text: event.text, kind: 'text' };
    case 'progress':
      return { type: 'progress', key, note: noteOf(event) };
    case 'usage': {
      const { type: _type, key: _key, costUsd, ...tokens } = event;
      return { type: 'usage', usage: { ...tokens, costUsd: costUsd ?? null }, calls: 1, errors: 0 };
    }
    case 'artifact':
      return { type: 'file_changed', key, path: event.path };
    case 'ask':
      return { type: 'ask', ask: askOf(order, turn, event) };
  }
}

function noteOf({ note, message, percent }: ProgressEvent & { type: 'progress' }): string {
  const text = note ?? message;
  if (percent === undefined) return text ?? '';
  return text === undefined ? `${percent} %` : `${percent} %: ${text}`;
}

export function artifactOf(event: ProgressEvent): Artifact | null {
  if (event.type !== 'artifact') return null;
  const { path, content, encoding, patch, mimeType } = event;
  return { path, content, encoding, patch, mimeType };
}

/** The agent's own name of an ask, out of the id the inbox knows it by. */
export const keyOf = (remoteAskId: string) => remoteAskId.slice(remoteAskId.indexOf(':') + 1);

/** An ask as the inbox keeps it. What was asked in an earlier turn is another ask, whatever it was called. */
export function askOf(order: RunOrder, turn: number, event: ProgressEvent & { type: 'ask' }): RemoteAsk {
  return {
    remoteAskId: `${turn}:${event.key}`,
    remoteSessionId: order.remoteSessionId,
    kind: event.kind,
    title: event.title,
    command: event.command ?? null,
    paths: event.paths,
    // A command that was allowed for the session is allowed again word for word.
    patterns: event.kind === 'permission' && event.command !== undefined ? [event.command] : [],
    permission: event.kind === 'permission' ? 'external' : null,
    question: event.question ?? null,
    options: event.options,
  };
}
