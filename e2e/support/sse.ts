import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { TimelineEvent } from './rest.ts';

/** A followed timeline: what came so far, and how to leave. */
export interface Following {
  readonly received: readonly { readonly id: string | undefined; readonly event: TimelineEvent }[];
  close(): Promise<void>;
}

/** Follows a timeline as Server-Sent Events, after an event already seen when `lastEventId` says so. */
export async function follow(url: string, token: string, path: string, lastEventId?: number): Promise<Following> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1${path}`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
    signal: leaving.signal,
  });
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 200 || !type.startsWith('text/event-stream') || response.body === null) {
    throw new Error(`${path} is no stream: ${response.status} ${type} ${await response.text()}`);
  }
  const received: { id: string | undefined; event: TimelineEvent }[] = [];
  const parser = createParser({
    onEvent: ({ id, data }: EventSourceMessage) => received.push({ id, event: JSON.parse(data) as TimelineEvent }),
  });
  const body = response.body.pipeThrough(new TextDecoderStream());
  const reading = (async () => {
    for await (const text of body) parser.feed(text);
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    received,
    async close() {
      leaving.abort();
      await reading;
    },
  };
}
