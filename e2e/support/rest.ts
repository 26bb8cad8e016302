import { expect } from '@playwright/test';
import { until } from './wait.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly body: unknown;
  /** What the body says under `error`. */
  readonly error: ApiError | null;
}

/** The one form of every error (code, message, and what a program may do about it). */
export interface ApiError {
  code: string;
  message: string;
  details?: unknown;
  requestId: string;
  retryable: boolean;
  retryAfterSeconds?: number;
}

export interface CallOptions {
  body?: unknown;
  /** Sent as it stands instead of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  token?: string | null;
}

export interface Session {
  id: string;
  slug: string;
  status: string;
  branch: string | null;
  baseCommit: string | null;
  proof: string | null;
  attention: { kind: string; since: string | null };
  progress: { completed: number; total: number };
  error: { code: string; message: string } | null;
  pendingCommand: string | null;
  retryCount: number;
  version: number;
  [field: string]: unknown;
}

/** The fields of payloads that the tests look at; which are there depends on the type. */
export interface Payload {
  from?: string | null;
  to?: string;
  reason?: string | null;
  taskId?: string | null;
  attemptId?: string;
  epoch?: number;
  status?: string;
  number?: number;
  commit?: string | null;
  sequence?: number;
  adopted?: boolean;
  tool?: string;
  text?: string;
  kind?: string;
  failure?: string;
  input?: { command?: string };
  commands?: { command: string; exitCode: number | null }[];
  [field: string]: unknown;
}

export interface TimelineEvent {
  id: string;
  cursor: number;
  sessionId: string | null;
  seq: number | null;
  type: string;
  at: string;
  actor: { kind: string; id: string | null; name: string };
  payload: Payload;
  v: number;
}

export interface Ask {
  id: string;
  kind: string;
  status: string;
  title: string;
  command: string | null;
  sessionId: string;
}

/** The server cannot answer at the moment, and says that one may ask again. */
class Away extends Error {}

/** For whoever waits: the server, or its database, may be away for a moment. That is what some of these tests are about. */
function nullIfAway(error: unknown): null {
  if (error instanceof TypeError || error instanceof Away) return null;
  throw error;
}

/** What a test may ask of the REST API, and nothing a program could not. */
export function restClient(url: string, token: string | null) {
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const bearer = options.token === undefined ? token : options.token;
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${url}${path.startsWith('/health') || path === '/metrics' ? '' : '/api/v1'}${path}`, {
      method,
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const json = parsed(text);
    return { status: response.status, headers: response.headers, text, body: json, error: errorOf(json) };
  }

  /** For calls that must succeed: answers the body, or fails with what the server said. */
  async function ok<T = unknown>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const reply = await call(method, path, options);
    if (reply.status === 503 && reply.error?.retryable) throw new Away(`${method} ${path}: ${reply.text}`);
    expect(reply.status, `${method} ${path}: ${reply.text}`).toBeLessThan(300);
    return reply.body as T;
  }

  const session = (id: string) => ok<Session>('GET', `/sessions/${id}`);

  /** The whole timeline, page by page. */
  async function events(id: string, types: readonly string[] = []): Promise<TimelineEvent[]> {
    const all: TimelineEvent[] = [];
    const filter = types.length === 0 ? '' : `&types=${types.join(',')}`;
    for (let after = 0; ; ) {
      const page = await ok<{ items: TimelineEvent[]; nextAfter: number }>(
        'GET',
        `/sessions/${id}/events?after=${after}&limit=100${filter}`,
      );
      all.push(...page.items);
      if (page.items.length < 100) return all;
      after = page.nextAfter;
    }
  }

  return {
    call,
    ok,
    session,
    events,

    register: (source: string, more: Record<string, unknown> = {}) =>
      ok<{ id: string; source: string }>('POST', '/repositories', { body: { source, ...more } }),

    /** Created and started, unless the input says otherwise. */
    create: (input: Record<string, unknown>) =>
      ok<Session>('POST', '/sessions', {
        body: { title: 'Write the result', blueprint: 'single_task', start: true, ...input },
      }),

    command: (id: string, name: string, body: unknown = {}) => ok<Session>('POST', `/sessions/${id}/${name}`, { body }),

    /** Waits for one of the statuses; a session that ended otherwise fails at once, with its error. */
    async waitFor(id: string, statuses: string | readonly string[], seconds = 120): Promise<Session> {
      const wanted = typeof statuses === 'string' ? [statuses] : statuses;
      const over = ['completed', 'partially_completed', 'failed', 'timeout', 'stopped', 'cancelled', 'orphaned'];
      return until(
        `session ${id} to be ${wanted.join(' or ')}`,
        async () => {
          const now = await session(id).catch(nullIfAway);
          if (now === null) return null;
          if (wanted.includes(now.status)) return now;
          if (over.includes(now.status))
            throw new Error(`The session is ${now.status}, not ${wanted.join(' or ')}: ${now.error?.message ?? ''}`);
          return null;
        },
        seconds,
      );
    },

    waitForEvent(
      id: string,
      type: string,
      matches: (event: TimelineEvent) => boolean = () => true,
      seconds = 120,
    ): Promise<TimelineEvent> {
      const look = async () => (await events(id, [type]).catch(nullIfAway))?.find(matches) ?? null;
      return until(`${type} in session ${id}`, look, seconds);
    },

    async openAsk(id: string, seconds = 120): Promise<Ask> {
      return until(
        `an open ask of session ${id}`,
        async () => {
          const page = await ok<{ items: Ask[] }>('GET', '/asks?status=open&limit=100');
          return page.items.find((ask) => ask.sessionId === id) ?? null;
        },
        seconds,
      );
    },
  };
}

export type RestClient = ReturnType<typeof restClient>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the text itself says what it is.
    return undefined;
  }
}

function errorOf(body: unknown): ApiError | null {
  return typeof body === 'object' && body !== null && 'error' in body ? (body.error as ApiError) : null;
}

/** A prompt whose rehearsal script has these steps. */
export function script(steps: string, info = ''): string {
  return `Please do this.\n\n\`\`\`rehearsal${info ? ` ${info}` : ''}\n${steps.trim()}\n\`\`\`\n`;
}
