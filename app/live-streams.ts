import type { LiveEvent } from './live.ts';
import type { OutputDelta } from './live-link.ts';

export interface StreamedPart {
  readonly partId: string;
  readonly attemptId: string;
  readonly taskId: string;
  readonly text: string;
}

export interface Streams {
  add(delta: OutputDelta): void;
  /** Forgets what is stored now: the part itself, or all of an attempt that ended. */
  settle(batch: readonly LiveEvent[]): void;
  parts(): readonly StreamedPart[];
  subscribe(listener: () => void): () => void;
}

/** More than this of one part is not worth drawing while it streams; the stored part has all of it. */
const keptCharacters = 64 * 1024;

/** Streamed text, kept apart from the timeline because it is not stored yet and may be lost. */
export function createStreams(): Streams {
  const listeners = new Set<() => void>();
  let parts: readonly StreamedPart[] = [];
  let told = false;

  function become(next: readonly StreamedPart[]) {
    if (next === parts) return;
    parts = next;
    if (told) return;
    told = true;
    // Many small pieces arrive within one frame; they are drawn once.
    queueMicrotask(() => {
      told = false;
      for (const listener of listeners) listener();
    });
  }

  return {
    add(delta) {
      const at = parts.findIndex((part) => part.partId === delta.partId);
      const before = parts[at];
      if (before === undefined) return become([...parts, pick(delta, delta.text)]);
      become(parts.with(at, pick(delta, (before.text + delta.text).slice(-keptCharacters))));
    },
    settle(batch) {
      const stored = new Set<unknown>();
      const ended = new Set<unknown>();
      for (const { type, payload } of batch) {
        if (type === 'attempt.output') stored.add(payload.partId);
        if (type === 'attempt.ended') ended.add(payload.attemptId);
      }
      const left = parts.filter((part) => !stored.has(part.partId) && !ended.has(part.attemptId));
      if (left.length < parts.length) become(left);
    },
    parts: () => parts,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function pick({ partId, attemptId, taskId }: OutputDelta, text: string): StreamedPart {
  return { partId, attemptId, taskId, text };
}
