import { createParser } from 'eventsource-parser';
import type { Log } from '../../application/ports.ts';
import type { RuntimeClient, RuntimeLink } from './opencode-link.ts';
import { globalEvent } from './opencode-shapes.ts';

/** An event that concerns one session; `connected` means that events may have been missed before it. */
export type StreamEvent =
  | { type: 'connected' }
  | { type: 'event'; name: string; sessionId: string | null; properties: Record<string, unknown> };

export interface EventStream {
  /** Hears every event from now on; the connection exists while anybody listens. */
  subscribe(listener: (event: StreamEvent) => void): () => void;
}

// OpenCode sends a heartbeat every 10 s, and its stream may die without being closed.
const silenceMs = 25_000;

/** One `/global/event` connection, shared by all runs. It only hurries: what counts is read from REST. */
export function createEventStream(link: Pick<RuntimeLink, 'client' | 'onChange'>, log: Log): EventStream {
  const listeners = new Set<(event: StreamEvent) => void>();
  let connection: AbortController | null = null;
  let connectedTo = -1;
  let failures = 0;

  const tell = (event: StreamEvent) => {
    for (const listener of listeners) listener(event);
  };

  function look(): void {
    const client = link.client();
    if (listeners.size === 0 || client === null) {
      connection?.abort();
      connection = null;
      return;
    }
    if (connection !== null && connectedTo === client.generation) return;
    connection?.abort();
    const current = new AbortController();
    connection = current;
    connectedTo = client.generation;
    read(client, current)
      .catch((error: unknown) => {
        if (!current.signal.aborted) log.warn({ error: String(error) }, 'The event stream of OpenCode broke');
      })
      .finally(() => {
        if (connection !== current) return;
        connection = null;
        failures += 1;
        setTimeout(look, Math.min(5000, 100 * 2 ** failures)).unref();
      });
  }

  async function read(client: RuntimeClient, current: AbortController): Promise<void> {
    let timer = setTimeout(() => current.abort(), silenceMs);
    try {
      const response = await (client.fetch ?? fetch)(`${client.baseUrl}/global/event`, {
        headers: { authorization: client.authHeader, accept: 'text/event-stream' },
        signal: current.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
      const parser = createParser({ onEvent: (event) => hear(event.data) });
      const decoder = new TextDecoder();
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => current.abort(), silenceMs);
        parser.feed(decoder.decode(chunk, { stream: true }));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function hear(data: string): void {
    let body: unknown;
    try {
      body = JSON.parse(data);
    } catch {
      // Not an event; the next poll sees whatever it was about.
      return;
    }
    const parsed = globalEvent.safeParse(body);
    if (!parsed.success) return;
    const { type: name, properties = {} } = parsed.data.payload;
    if (name === 'server.connected') {
      failures = 0;
      tell({ type: 'connected' });
      return;
    }
    if (name === 'sync') return;
    tell({ type: 'event', name, sessionId: sessionOf(properties), properties });
  }

  link.onChange(look);
  return {
    subscribe(listener) {
      listeners.add(listener);
      look();
      return () => {
        listeners.delete(listener);
        look();
      };
    },
  };
}

function sessionOf(properties: Record<string, unknown>): string | null {
  const { sessionID, info, part } = properties;
  if (typeof sessionID === 'string') return sessionID;
  for (const holder of [part, info]) {
    if (typeof holder !== 'object' || holder === null) continue;
    if ('sessionID' in holder && typeof holder.sessionID === 'string') return holder.sessionID;
    if ('id' in holder && typeof holder.id === 'string' && holder.id.startsWith('ses_')) return holder.id;
  }
  return null;
}
