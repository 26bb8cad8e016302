import { isRouteErrorResponse } from 'react-router';
import { type ErrorCode, errorCodes } from '../server/domain/errors.ts';
import type { ProofAsked } from './proof.ts';

/** What a page shows of an error: never internals, always the request's id. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** The action weighs and the last proof is too old: the password is asked for, and then it goes on. */
  readonly proof?: ProofAsked;
}

/** What a person can do about each kind of error. */
export const remedies: Record<ErrorCode, string> = {
  UNAUTHENTICATED: 'Sign in and try again.',
  FORBIDDEN: 'Ask somebody of that role to do it, or an admin of the team for the role.',
  APPROVAL_REQUIRED: 'Another person has to approve this first.',
  NOT_FOUND: 'Check the address, or go back to the list it came from.',
  METHOD_NOT_ALLOWED: 'Go back and use the page itself.',
  INVALID_TRANSITION: 'The state changed meanwhile; load the page again and look at what is possible now.',
  CONFLICT: 'Somebody else changed it meanwhile; load the page again and repeat what is still wanted.',
  DEADLOCK: 'Try again; nothing was changed.',
  IDEMPOTENCY_IN_PROGRESS: 'The same request is still running; wait a moment.',
  PAYLOAD_TOO_LARGE: 'Send at most 1 MiB; put long text into the repository instead.',
  INVALID: 'Correct what is named and send it again.',
  QUOTA_EXCEEDED: 'End or cancel a session, or ask an admin for a higher quota.',
  RATE_LIMITED: 'Wait for the time named, then try again.',
  AGENT_UNAVAILABLE: 'Look at the runtime on the overview; try again when it is online.',
  UNAVAILABLE: 'Try again in a moment; nothing was changed.',
  INTERNAL: 'Try again; if it stays, give the request id to an operator, who finds it in the log.',
};

/** The problem in whatever a route threw; anything unknown is INTERNAL. */
export function problemIn(error: unknown): Problem & { status: number } {
  if (isRouteErrorResponse(error)) {
    const body: unknown = error.data;
    if (isProblem(body)) return { ...body, status: error.status };
    if (error.status === 404) {
      return {
        code: 'NOT_FOUND',
        message: 'There is no such page.',
        requestId: null,
        retryAfterSeconds: null,
        status: 404,
      };
    }
    if (error.status === 405) {
      return {
        code: 'METHOD_NOT_ALLOWED',
        message: 'This page takes no such request.',
        requestId: null,
        retryAfterSeconds: null,
        status: 405,
      };
    }
    if (error.status === 400) {
      return {
        code: 'INVALID',
        message: 'The request was refused: it does not come from this site.',
        requestId: null,
        retryAfterSeconds: null,
        status: 400,
      };
    }
  }
  // On the server the same error would be a failure of ours.
  if (typeof document !== 'undefined' && isNetworkFailure(error)) {
    return {
      code: 'UNAVAILABLE',
      message: 'The server does not answer. This page comes back by itself when it does.',
      requestId: null,
      retryAfterSeconds: null,
      status: 503,
    };
  }
  return {
    code: 'INTERNAL',
    message: 'Something went wrong inside.',
    requestId: null,
    retryAfterSeconds: null,
    status: 500,
  };
}

/** What a browser throws when a request never got an answer, or only half of one. */
export function isNetworkFailure(error: unknown): boolean {
  return error instanceof TypeError && /fetch|network|load failed/i.test(error.message);
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('message' in value)) return false;
  return typeof value.message === 'string' && errorCodes.some((code) => code === value.code);
}
