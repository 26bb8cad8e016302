import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';

/** How the program ends, for scripts; `sessions watch` ends with 1 when the session did not complete. */
export const exitCodes = {
  ok: 0,
  notCompleted: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  refused: 5,
  invalid: 6,
  unavailable: 7,
} as const;

/** What went wrong, as a sentence, and how the program ends over it. */
export class Refusal extends Error {
  readonly exitCode: number;
  readonly code: string;
  readonly details: unknown;

  constructor(message: string, exitCode: number, code = 'USAGE', details: unknown = undefined) {
    super(message);
    this.name = 'Refusal';
    this.exitCode = exitCode;
    this.code = code;
    this.details = details;
  }
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return exitCodes.forbidden;
  if (status === 404) return exitCodes.notFound;
  if (status === 409) return exitCodes.refused;
  return status >= 500 || status === 429 ? exitCodes.unavailable : exitCodes.invalid;
}

export interface Access {
  readonly url: string;
  readonly token: string;
}

interface CallOptions {
  readonly body?: unknown;
  readonly accept?: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface TimelineEvent {
  readonly seq: number | null;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly name: string };
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The REST API as a terminal uses it. Throws `Refusal` for everything but success. */
export function apiOf({ url, token }: Access) {
  const base = `${url.replace(/\/+$/, '')}/api/v1`;

  async function send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { body, accept = 'application/json', query = {} } = options;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      for (const one of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, one);
    const address = `${base}${path}${search.size === 0 ? '' : `?${search}`}`;
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept };
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(address, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Refusal(`${url} does not answer: ${cause}.`, exitCodes.unavailable, 'UNREACHABLE');
    }
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  const json = async <T>(method: string, path: string, options?: CallOptions): Promise<T> => {
    const response = await send(method, path, options);
    return (response.status === 204 ? null : await response.json()) as T;
  };

  /** A session's events from `after` on, live, over cut connections, until the caller stops. */
  async function* events(session: string, after: number): AsyncGenerator<TimelineEvent> {
    for (let seen = after, failures = 0; ; ) {
      try {
        const response = await send('GET', `/sessions/${session}/events`, {
          accept: 'text/event-stream',
          query: { after: String(seen) },
        });
        if (response.body === null) throw new TypeError('There is no stream');
        failures = 0;
        const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
        for await (const message of messages) {
          if (message.data === '') continue;
          const event = JSON.parse(message.data) as TimelineEvent;
          if (event.seq === null || event.seq <= seen) continue;
          seen = event.seq;
          yield event;
        }
      } catch (error) {
        // A cut line is taken up again where it ended; a refusal stands.
        const passing = !(error instanceof Refusal) || error.exitCode === exitCodes.unavailable;
        failures += 1;
        if (!passing || failures > 5) throw error;
      }
      await sleep(500 * (failures + 1));
    }
  }

  return {
    get: <T>(path: string, query?: CallOptions['query']) => json<T>('GET', path, query === undefined ? {} : { query }),
    post: <T>(path: string, body: unknown = {}) => json<T>('POST', path, { body }),
    text: async (path: string, accept: string, query?: CallOptions['query']) =>
      (await send('GET', path, { accept, ...(query === undefined ? {} : { query }) })).text(),
    events,
  };
}

export type Api = ReturnType<typeof apiOf>;

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text();
  const { code, message, details } = errorIn(text);
  const issues = Array.isArray(details) ? details.map((one) => `\n  ${one?.path}: ${one?.message}`).join('') : '';
  return new Refusal(
    `${message ?? `The server answered ${response.status}.`}${issues}`,
    exitCodeOf(response.status),
    code ?? `HTTP_${response.status}`,
    details,
  );
}

function errorIn(text: string): { code?: string; message?: string; details?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object')
      return body.error ?? {};
  } catch {
    // Not of this API: the status alone says what happened.
  }
  return {};
}
