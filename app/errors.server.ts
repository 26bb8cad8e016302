// The one place that turns what the services throw into what a page answers.
import type { Submission, SubmissionResult } from '@conform-to/react';
import { data, type RouterContextProvider } from 'react-router';
import { type DomainError, errorCodeOf, type FieldIssue, httpStatusOf } from '../server/domain/errors.ts';
import { requestContext } from './context.ts';
import type { Problem } from './problem.ts';

type Context = Readonly<RouterContextProvider>;

/** Our own error, by its code: the server and the pages hold two copies of its class. */
export function asDomainError(error: unknown): DomainError | null {
  return errorCodeOf(error) !== null && error instanceof Error ? (error as DomainError) : null;
}

/** What to throw so that the error page shows it: responses pass, our errors keep their words, the rest is INTERNAL. */
export function thrown(error: unknown, context: Context): unknown {
  if (isResponseLike(error)) return error;
  const { id, report } = context.get(requestContext);
  const known = asDomainError(error);
  if (known === null || known.code === 'INTERNAL') report(error);
  const problem: Problem = {
    code: known?.code ?? 'INTERNAL',
    message: known === null || known.code === 'INTERNAL' ? 'Something went wrong inside.' : known.message,
    requestId: id,
    retryAfterSeconds: known?.retryAfterSeconds ?? null,
  };
  const headers = new Headers({ 'X-Request-Id': id });
  if (problem.retryAfterSeconds !== null) headers.set('Retry-After', String(problem.retryAfterSeconds));
  return data(problem, { status: httpStatusOf(problem.code), headers });
}

/** Wraps a loader or an action: whatever it throws reaches the error page in one form. */
export function guarded<A extends { context: Context }, R>(work: (args: A) => Promise<R>): (args: A) => Promise<R> {
  return async (args) => {
    try {
      return await work(args);
    } catch (error) {
      throw thrown(error, args.context);
    }
  };
}

/**
 * An error of a service as the answer of a form: named fields get their message beside them, everything else stands in
 * the summary. What was typed stays. Errors that are not ours are thrown on.
 */
export function replyWith<T>(
  submission: Submission<T>,
  error: unknown,
  options: { hideFields?: string[] } = {},
): ReturnType<typeof data<SubmissionResult>> {
  const known = asDomainError(error);
  if (known === null || known.code === 'INTERNAL') throw error;
  const issues = isIssues(known.details) ? known.details : [];
  const fieldErrors: Record<string, string[]> = {};
  for (const issue of issues) {
    const field = formName(issue.path);
    fieldErrors[field] = [...(fieldErrors[field] ?? []), issue.message];
  }
  const formErrors = fieldErrors[''] ?? (issues.length === 0 ? [known.message] : []);
  delete fieldErrors[''];
  const reply = submission.reply({ ...options, formErrors, fieldErrors });
  return data(reply, { status: httpStatusOf(known.code) });
}

/** `budget.tokens` stays, `verify.0` becomes conform's `verify[0]`. */
function formName(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}

function isIssues(details: unknown): details is FieldIssue[] {
  return (
    Array.isArray(details) && details.every((one) => typeof one?.path === 'string' && typeof one?.message === 'string')
  );
}

/** A response, or React Router's `data()` with a status. */
function isResponseLike(error: unknown): boolean {
  if (error instanceof Response) return true;
  return typeof error === 'object' && error !== null && 'type' in error && error.type === 'DataWithResponseInit';
}
