/** Every code the program answers with; the list is closed (api.md, Errors). */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'APPROVAL_REQUIRED',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'INVALID_TRANSITION',
  'CONFLICT',
  'DEADLOCK',
  'IDEMPOTENCY_IN_PROGRESS',
  'PAYLOAD_TOO_LARGE',
  'INVALID',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'AGENT_UNAVAILABLE',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const statuses: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  APPROVAL_REQUIRED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  INVALID_TRANSITION: 409,
  CONFLICT: 409,
  DEADLOCK: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  PAYLOAD_TOO_LARGE: 413,
  INVALID: 422,
  QUOTA_EXCEEDED: 429,
  RATE_LIMITED: 429,
  AGENT_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

// The same request, unchanged, may succeed later. CONFLICT is not here: its sender must read again first.
const retryable: ReadonlySet<ErrorCode> = new Set([
  'DEADLOCK',
  'IDEMPOTENCY_IN_PROGRESS',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'AGENT_UNAVAILABLE',
  'UNAVAILABLE',
]);

export interface DomainErrorOptions {
  readonly details?: unknown;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The one error the program throws on purpose. The message is shown to people; match on `code`, never by class. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The HTTP status of a code (api.md). */
export function httpStatusOf(code: ErrorCode): number {
  return statuses[code];
}

/** Whether the same request may succeed when it is sent again later. */
export function isRetryable(code: ErrorCode): boolean {
  return retryable.has(code);
}

/** The code of anything thrown, or null when it is not one of ours. Works across the two module graphs. */
export function errorCodeOf(error: unknown): ErrorCode | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const { code } = error;
  return errorCodes.find((known) => known === code) ?? null;
}

/** Details of an UNAVAILABLE whose work was under way: whether it had its effect is not known. */
export const lostConnection = { reason: 'connection_lost' } as const;

export function isLostConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('details' in error)) return false;
  const { details } = error;
  return (
    typeof details === 'object' && details !== null && 'reason' in details && details.reason === lostConnection.reason
  );
}

export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/** An INVALID error that names each field at fault; the message defaults to the first of them. */
export function invalid(issues: readonly FieldIssue[], message?: string): DomainError {
  const first = issues[0];
  const sentence =
    first === undefined ? 'The input is not valid' : first.path ? `${first.path}: ${first.message}` : first.message;
  return new DomainError('INVALID', message ?? sentence, { details: issues });
}

interface ZodLikeError {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly code?: string | undefined;
    readonly keys?: readonly string[];
  }[];
}

/** An INVALID error from a failed zod parse; unknown fields are named one by one. */
export function invalidFromZod(error: ZodLikeError): DomainError {
  return invalid(
    error.issues.flatMap((issue) => {
      const path = issue.path.map(String);
      if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
      return (issue.keys ?? []).map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }));
    }),
  );
}
