import { data, isRouteErrorResponse, RouterContextProvider, redirect } from 'react-router';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { DomainError, invalid } from '../server/domain/errors.ts';
import { bodyLimit, limitBody } from './body-limit.server.ts';
import { requestContext } from './context.ts';
import { guarded, replyWith } from './errors.server.ts';
import { parseForm } from './form.ts';
import { problemIn } from './problem.ts';

function contextWith(reported: unknown[] = []): RouterContextProvider {
  const context = new RouterContextProvider();
  context.set(requestContext, {
    id: 'request-1',
    address: null,
    publicUrl: null,
    report: (error) => reported.push(error),
  });
  return context;
}

async function outcome(error: unknown, reported: unknown[] = []) {
  const work = guarded(async (_: { context: RouterContextProvider }) => {
    throw error;
  });
  try {
    await work({ context: contextWith(reported) });
  } catch (thrown) {
    return thrown as { data: Record<string, unknown>; init: { status: number; headers: Headers } };
  }
  throw new Error('It did not throw.');
}

test('our own errors keep their words, their status and the request id', async () => {
  const reported: unknown[] = [];
  const answer = await outcome(new DomainError('NOT_FOUND', 'No such session.'), reported);
  expect(answer.init.status).toBe(404);
  expect(answer.data).toMatchObject({ code: 'NOT_FOUND', message: 'No such session.', requestId: 'request-1' });
  expect(reported).toEqual([]);
});

test('a delay is said in the answer and in its header', async () => {
  const answer = await outcome(new DomainError('RATE_LIMITED', 'Too many.', { retryAfterSeconds: 40 }));
  expect(answer.init.status).toBe(429);
  expect(answer.init.headers.get('Retry-After')).toBe('40');
  expect(answer.data.retryAfterSeconds).toBe(40);
});

test('anything else says nothing of the inside, but the log gets it', async () => {
  const reported: unknown[] = [];
  const error = new Error('connect ECONNREFUSED secret-host:5432');
  const answer = await outcome(error, reported);
  expect(answer.init.status).toBe(500);
  expect(JSON.stringify(answer.data)).not.toContain('secret-host');
  expect(reported).toEqual([error]);
});

test('redirects and answers with a status pass as they are', async () => {
  const away = redirect('/login');
  expect(await outcome(away)).toBe(away);
  const answer = data({ made: 1 }, { status: 202 });
  expect(await outcome(answer)).toBe(answer);
});

test('a refused form names fields, keeps what was typed and carries the status', () => {
  const form = new FormData();
  form.set('source', '/tmp');
  form.set('verify', 'npm test');
  const schema = z.object({ source: z.string(), verify: z.string() });
  const submission = parseForm(form, schema);
  const answer = replyWith(
    submission,
    invalid([
      { path: 'source', message: 'Not a repository.' },
      { path: 'verify.0', message: 'Bad.' },
    ]),
  );
  expect(answer.init?.status).toBe(422);
  expect(answer.data.error).toEqual({ source: ['Not a repository.'], 'verify[0]': ['Bad.'] });
  expect(answer.data.initialValue).toMatchObject({ source: '/tmp' });
});

test('a refusal without a field stands over the form; a failure inside is thrown on', () => {
  const submission = parseForm(new FormData(), z.object({}));
  const answer = replyWith(submission, new DomainError('QUOTA_EXCEEDED', 'The team is full.'));
  expect(answer.data.error).toEqual({ '': ['The team is full.'] });
  expect(() => replyWith(submission, new TypeError('x is undefined'))).toThrow(TypeError);
});

test('a body above 1 MiB, or of unsaid length, is refused before it is read', async () => {
  const judge = (method: string, headers: Record<string, string>) => {
    const request = new Request('http://local.invalid/sessions/new', { method, headers });
    const args = { request, url: new URL(request.url), pattern: '', params: {}, context: contextWith() };
    return limitBody(args, async () => new Response());
  };
  expect(() => judge('POST', { 'content-length': String(bodyLimit + 1) })).toThrow(
    expect.objectContaining({ init: expect.objectContaining({ status: 413 }) }),
  );
  expect(() => judge('POST', { 'transfer-encoding': 'chunked' })).toThrow();
  expect(judge('POST', { 'content-length': String(bodyLimit) })).toBeUndefined();
  expect(judge('GET', {})).toBeUndefined();
});

test('the error page knows our problem in what the router caught', () => {
  const caught = {
    status: 404,
    statusText: '',
    internal: false,
    data: { code: 'NOT_FOUND', message: 'Gone.', requestId: 'r', retryAfterSeconds: null },
  };
  expect(isRouteErrorResponse(caught)).toBe(true);
  expect(problemIn(caught)).toMatchObject({ code: 'NOT_FOUND', message: 'Gone.', requestId: 'r', status: 404 });
  expect(problemIn(new Error('inside'))).toMatchObject({ code: 'INTERNAL', status: 500 });
});
