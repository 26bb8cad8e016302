import { z } from 'zod';
import type { FailureClass } from '../../domain/attempt.ts';
import type { CallFailure } from './model-call.ts';

const errorBody = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).nullish(),
    type: z.string().nullish(),
    message: z.string().nullish(),
  }),
});

const byCode: Record<string, FailureClass> = {
  insufficient_quota: 'quota_exhausted',
  billing_hard_limit_reached: 'quota_exhausted',
  quota_exceeded: 'quota_exhausted',
  billing_error: 'quota_exhausted',
  rate_limit_exceeded: 'transient',
  rate_limit_error: 'transient',
  overloaded_error: 'transient',
  server_error: 'transient',
  api_error: 'transient',
  context_length_exceeded: 'context_too_long',
  request_too_large: 'context_too_long',
  content_filter: 'refused',
  content_policy_violation: 'refused',
  invalid_api_key: 'auth',
  authentication_error: 'auth',
  permission_error: 'auth',
  model_not_found: 'invalid',
};

/** Waits longer than this are no back-off: the provider is out of quota until then. */
const longWaitMs = 120_000;

/** Classifies a provider's error by its status and structured code, never by its prose (engine.md 6). */
export function classify(status: number, headers: Headers, body: string, now: Date): CallFailure {
  const { code, type, message } = fields(body);
  const retryAt = retryTime(headers, now);
  const known = byCode[code] ?? byCode[type] ?? byStatus(status);
  const far = known === 'transient' && retryAt !== null && retryAt.getTime() - now.getTime() > longWaitMs;
  const failure = far ? 'quota_exhausted' : known;
  return { class: failure, status, message: message || `The provider answered ${status}`, retryAt };
}

/** The provider did not answer at all, or stopped in the middle. */
export function unreachable(message: string): CallFailure {
  return { class: 'transient', status: 0, message, retryAt: null };
}

function fields(body: string): { code: string; type: string; message: string } {
  try {
    const parsed = errorBody.safeParse(JSON.parse(body));
    const error = parsed.success ? parsed.data.error : {};
    return { code: String(error.code ?? ''), type: error.type ?? '', message: (error.message ?? '').slice(0, 500) };
  } catch {
    // Not JSON (a proxy's page): the status says enough.
    return { code: '', type: '', message: '' };
  }
}

function byStatus(status: number): FailureClass {
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota_exhausted';
  if (status === 413) return 'context_too_long';
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return 'transient';
  return 'invalid';
}

function retryTime(headers: Headers, now: Date): Date | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return new Date(now.getTime() + seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : new Date(date);
}

export interface ErrorReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The header that carries the true failure through OpenCode's error to the runner. */
export const failureHeader = 'x-orchestrator-failure';

// Fixed texts: OpenCode repeats a 4xx when its body holds words like "timeout" or numbers like 500.
const sentences: Record<FailureClass, string> = {
  transient: 'The provider is busy for the moment.',
  quota_exhausted: 'The quota of the provider is spent.',
  refused: 'The request was refused.',
  auth: 'The provider does not accept the credentials of the orchestrator.',
  context_too_long: 'prompt is too long: maximum context length exceeded',
  invalid: 'The provider does not accept the request.',
  verification_failed: 'The request was refused.',
  conflict: 'The request was refused.',
  timeout: 'The request was refused.',
  crash: 'The request was refused.',
  no_progress: 'The request was refused.',
};

/**
 * The answer OpenCode gets. Only transient failures look repeatable to it, with a bounded wait; all others end the run
 * at once, and the runner reads class, message and time from the header.
 */
export function replyTo(failure: CallFailure, now: Date): ErrorReply {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [failureHeader]: encodeFailure(failure),
  };
  const code = failure.class === 'context_too_long' ? 'context_length_exceeded' : failure.class;
  const body = JSON.stringify({ error: { message: sentences[failure.class], type: code, code } });
  if (failure.class !== 'transient') return { status: failure.class === 'refused' ? 403 : 400, headers, body };
  if (failure.retryAt !== null) {
    const waitMs = Math.min(longWaitMs, Math.max(0, failure.retryAt.getTime() - now.getTime()));
    headers['retry-after'] = String(Math.ceil(waitMs / 1000));
  }
  return { status: failure.status === 429 ? 429 : 503, headers, body };
}

function encodeFailure(failure: CallFailure): string {
  const { message, retryAt } = failure;
  return Buffer.from(
    JSON.stringify({ class: failure.class, message, retryAt: retryAt?.toISOString() ?? null }),
  ).toString('base64url');
}

const encoded = z.object({ class: z.string(), message: z.string(), retryAt: z.iso.datetime().nullable() });

/** Reads what `replyTo` wrote, out of the headers OpenCode keeps with an error; null when it is not ours. */
export function decodeFailure(value: string): Omit<CallFailure, 'status'> | null {
  try {
    const {
      class: failureClass,
      message,
      retryAt,
    } = encoded.parse(JSON.parse(Buffer.from(value, 'base64url').toString()));
    if (!(failureClass in sentences)) return null;
    return { class: failureClass as FailureClass, message, retryAt: retryAt === null ? null : new Date(retryAt) };
  } catch {
    return null;
  }
}
