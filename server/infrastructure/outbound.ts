import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { createReachability, type MayReach } from './git/reachability.ts';

/** Why a call was not made, or its answer not taken. */
export type OutboundReason =
  | 'protocol'
  | 'credentials'
  | 'private'
  | 'unknown_host'
  | 'redirect'
  | 'too_large'
  | 'slow'
  | 'failed';

/** A call outside that came to nothing; the message is one sentence for people. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;
  constructor(reason: OutboundReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

export interface OutboundCall {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Default: https alone. */
  protocols?: readonly ('http:' | 'https:')[];
  /** The name is looked up, the connection made and (with `send`) the whole body read within this. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** A body larger than this breaks off. */
  maxBytes?: number;
}

export interface OutboundAnswer {
  status: number;
  headers: Headers;
  body: Buffer;
}

export interface Outbound {
  /** The whole answer, whatever its status; a redirect, a slow and a large one are refused. */
  send(url: URL, call: OutboundCall & { maxBytes: number }): Promise<OutboundAnswer>;
  /** Answers when the headers are there; the body streams until it ends or `signal` does. A redirect is refused. */
  open(url: URL, call: OutboundCall): Promise<Response>;
}

/**
 * The one way to call an address that somebody typed in (access.md): it is resolved, every address it has is judged,
 * and the connection goes to exactly what was judged. Throws OutboundError.
 */
export function createOutbound(options: {
  /** OUTBOUND_ALLOW, or a judge already made of it. */
  allow: readonly string[] | MayReach;
  /** Certificates to trust instead of the system's. */
  ca?: string;
}): Outbound {
  const { allow, ca } = options;
  const mayReach = typeof allow === 'function' ? allow : createReachability(allow);

  async function opened(url: URL, call: OutboundCall, whole: AbortSignal): Promise<Response> {
    const addresses = await judged(url, call, mayReach, whole);
    try {
      const response = await exchanged(url, addresses, call, whole, ca);
      if (response.status < 300 || response.status >= 400 || response.status === 304) return response;
      await response.body?.cancel();
      throw new OutboundError('redirect', `${url.host} answers with a redirect: give the address it leads to.`);
    } catch (error) {
      throw inWords(error, url, whole, call);
    }
  }

  return {
    async open(url, call) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), call.timeoutMs);
      try {
        return await opened(url, call, any(late.signal, call.signal));
      } finally {
        clearTimeout(timer);
      }
    },

    async send(url, call) {
      const whole = any(AbortSignal.timeout(call.timeoutMs), call.signal);
      const response = await opened(url, call, whole);
      try {
        const body = Buffer.from(await response.arrayBuffer());
        return { status: response.status, headers: response.headers, body };
      } catch (error) {
        throw inWords(error, url, whole, call);
      }
    },
  };
}

async function judged(url: URL, call: OutboundCall, mayReach: MayReach, whole: AbortSignal): Promise<string[]> {
  const protocols: readonly string[] = call.protocols ?? ['https:'];
  if (!protocols.includes(url.protocol)) {
    const taken = protocols.map((one) => one.replace(':', '')).join(' and ');
    const verb = protocols.length === 1 ? 'is' : 'are';
    throw new OutboundError('protocol', `Only ${taken} ${verb} fetched, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '')
    throw new OutboundError('credentials', 'The URL carries a user name or password, which would be kept in clear.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await within(mayReach(host), whole).catch((error: unknown) => {
    throw inWords(error, url, whole, call);
  });
  if (addresses === null)
    throw new OutboundError('private', `${host} is a private address: an operator can allow it with OUTBOUND_ALLOW.`);
  if (addresses.length === 0) throw new OutboundError('unknown_host', `The host ${host} cannot be found.`);
  return addresses;
}

function exchanged(
  url: URL,
  addresses: readonly string[],
  call: OutboundCall,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<Response> {
  // The name is looked up once; Node must not look again and be led elsewhere.
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, { all }, found) => {
    const [first] = known;
    if (all) found(null, known);
    else found(null, first?.address ?? '', first?.family);
  };
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        lookup,
        signal,
        agent: false,
        method: call.method ?? 'GET',
        headers: { accept: '*/*', 'accept-encoding': 'identity', ...call.headers },
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        const headers = new Headers();
        for (let at = 0; at < response.rawHeaders.length; at += 2)
          headers.append(response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? '');
        const status = response.statusCode ?? 502;
        const empty = status === 204 || status === 205 || status === 304;
        if (empty) response.resume();
        const body = empty ? null : bounded(Readable.toWeb(response) as ReadableStream<Uint8Array>, url, call.maxBytes);
        resolve(new Response(body, { status, headers }));
      },
    );
    sent.on('error', reject);
    sent.end(call.body);
  });
}

/** The body, which breaks off when it grows beyond its bound. */
function bounded(body: ReadableStream<Uint8Array>, url: URL, maxBytes: number | undefined): ReadableStream<Uint8Array> {
  if (maxBytes === undefined) return body;
  let size = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        size += part.length;
        if (size <= maxBytes) return controller.enqueue(part);
        const limit = `${Math.round(maxBytes / 1024)} KiB`;
        throw new OutboundError('too_large', `What ${url.host} sends is larger than ${limit}.`);
      },
    }),
  );
}

function inWords(error: unknown, url: URL, whole: AbortSignal, call: OutboundCall): unknown {
  if (error instanceof OutboundError) return error;
  if (call.signal?.aborted) return call.signal.reason;
  if (whole.aborted) return new OutboundError('slow', `${url.hostname} did not answer in time.`, error);
  const message = error instanceof Error ? error.message : String(error);
  return new OutboundError('failed', `${url.hostname} could not be read: ${message}`, error);
}

function any(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}

/** A look-up cannot be ended; it can be left. */
async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave = () => {};
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
