import { expect, test } from 'vitest';
import { createCircuit } from './circuit.ts';
import { classify, decodeFailure, failureHeader, replyTo } from './failures.ts';

const now = new Date('2026-11-20T12:00:00Z');
const body = (code: string | null, type: string | null = null) =>
  JSON.stringify({ error: { code, type, message: 'words' } });

test.each([
  [401, body('invalid_api_key'), 'auth'],
  [403, '<html>', 'auth'],
  [402, '', 'quota_exhausted'],
  [429, body('insufficient_quota'), 'quota_exhausted'],
  [429, body('rate_limit_exceeded'), 'transient'],
  [400, body('context_length_exceeded'), 'context_too_long'],
  [400, body('content_filter'), 'refused'],
  [400, body(null, 'invalid_request_error'), 'invalid'],
  [404, body('model_not_found'), 'invalid'],
  [500, body('server_error'), 'transient'],
  [529, body(null, 'overloaded_error'), 'transient'],
])('status %i with %s is %s', (status, text, expected) => {
  expect(classify(status, new Headers(), text, now).class).toBe(expected);
});

test('a rate limit with a long wait is a spent quota with its reset time', () => {
  const long = classify(429, new Headers({ 'retry-after': '7200' }), body('rate_limit_exceeded'), now);
  expect(long).toMatchObject({ class: 'quota_exhausted', retryAt: new Date('2026-11-20T14:00:00Z') });
  const date = classify(429, new Headers({ 'retry-after': 'Fri, 20 Nov 2026 12:00:05 GMT' }), '', now);
  expect(date).toMatchObject({ class: 'transient', retryAt: new Date('2026-11-20T12:00:05Z') });
});

// The words that make OpenCode 1.18 repeat a 4xx.
const repeats = /429|500|502|503|504|rate limit|server_error|overloaded|timeout/i;

test.each(['quota_exhausted', 'refused', 'invalid', 'auth', 'context_too_long'] as const)(
  'what OpenCode is told of %s is final for it, and carries the whole failure in a header',
  (failureClass) => {
    const retryAt = new Date('2026-11-20T16:50:00.500Z');
    const failure = { class: failureClass, status: 429, message: 'server_error 500 rate limit', retryAt };
    const reply = replyTo(failure, now);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(429);
    expect(reply.body).not.toMatch(repeats);
    expect(decodeFailure(reply.headers[failureHeader] ?? '')).toEqual({
      class: failureClass,
      message: failure.message,
      retryAt,
    });
  },
);

test('a transient failure is repeatable for OpenCode, with a bounded wait', () => {
  const failure = {
    class: 'transient',
    status: 429,
    message: 'busy',
    retryAt: new Date(now.getTime() + 3_600_000),
  } as const;
  expect(replyTo(failure, now)).toMatchObject({ status: 429, headers: { 'retry-after': '120' } });
  expect(replyTo({ ...failure, status: 0, retryAt: null }, now).status).toBe(503);
});

test('a header that is not ours is read as none', () => {
  expect(decodeFailure('')).toBeNull();
  expect(decodeFailure('bm9uc2Vuc2U')).toBeNull();
});

test('five failures in 60 s open the circuit for 30 s, then one probe decides', () => {
  let time = 0;
  const circuit = createCircuit(() => time);
  for (let failure = 0; failure < 4; failure += 1) circuit.failed();
  time = 61_000;
  circuit.failed();
  expect(circuit.state()).toBe('closed');
  for (let failure = 0; failure < 4; failure += 1) circuit.failed();
  expect(circuit.state()).toBe('open');
  expect(circuit.allow()).toBe(false);

  time += 30_000;
  expect(circuit.state()).toBe('half_open');
  expect(circuit.allow()).toBe(true);
  expect(circuit.allow()).toBe(false);
  circuit.failed();
  expect(circuit.state()).toBe('open');

  time += 30_000;
  expect(circuit.allow()).toBe(true);
  circuit.succeeded();
  expect(circuit.state()).toBe('closed');
});
