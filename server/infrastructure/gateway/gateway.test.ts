import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { decodeFailure, failureHeader } from './failures.ts';
import { attempt, call, closeAll, gatewayTo, key, session, token, upstream } from './gateway-testing.ts';

afterEach(closeAll);

const chunk = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const usage = {
  prompt_tokens: 1000,
  completion_tokens: 100,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 30 },
};

test('a stream passes chunk by chunk, the key goes up only, and the call is metered before the answer ends', async () => {
  let finish: () => void = () => undefined;
  const endpoint = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-upstream-secret': key });
    response.write(chunk({ choices: [{ delta: { content: 'first' } }] }));
    finish = () => response.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
  });
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl);
  const answer = await call(gateway, { 'user-agent': 'opencode/1.18', cookie: 'secret' });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toContain('first');
  expect(calls).toEqual([]);

  finish();
  let rest = '';
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
    rest += Buffer.from(next.value).toString();
  expect(rest).toContain('[DONE]');
  expect(calls).toMatchObject([
    {
      attemptId: 'attempt-1',
      teamId: 'team-1',
      provider: 'default',
      model: 'real',
      inputTokens: 600,
      cacheReadTokens: 400,
      outputTokens: 70,
      reasoningTokens: 30,
      status: 200,
      errorClass: null,
    },
  ]);
  expect(calls[0]?.costUsd).toBeCloseTo((1000 * 2 + 100 * 10) / 1e6, 10);
  const [seen] = endpoint.seen;
  expect(seen?.url).toBe('/v1/chat/completions');
  expect(seen?.headers.authorization).toBe(`Bearer ${key}`);
  for (const name of ['x-session-id', 'cookie']) expect(seen?.headers[name]).toBeUndefined();
  expect(seen?.headers['user-agent']).not.toContain('opencode');
  expect(JSON.stringify([...answer.headers])).not.toContain(key);
});

test('an unknown price stays unknown', async () => {
  const endpoint = await upstream((response) => response.end(JSON.stringify({ choices: [], usage })));
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl, { inputPrice: null });
  await (await call(gateway, {}, { model: 'real', messages: [] })).text();
  expect(calls[0]).toMatchObject({ inputTokens: 600, costUsd: null });
});

test.each([
  ['no token', { authorization: '' }, 401],
  ['a wrong token', { authorization: 'Bearer runtime-tokem' }, 401],
  ['no session', { 'x-session-id': '' }, 403],
  ['an unknown session', { 'x-session-id': 'ses_unknown' }, 403],
])('a call with %s is refused and costs nothing', async (_, headers, status) => {
  const endpoint = await upstream((response) => response.end('{}'));
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl);
  const answer = await call(gateway, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code: expect.any(String) } });
  expect(endpoint.seen).toEqual([]);
  expect(calls).toEqual([]);
});

test.each(['superseded', 'succeeded', 'failed', 'aborted', 'lost', 'verifying'] as const)(
  'an attempt that is %s makes no call',
  async (status) => {
    const endpoint = await upstream((response) => response.end('{}'));
    const { gateway, attempts } = await gatewayTo(endpoint.baseUrl);
    attempts.set(session, attempt({ status }));
    expect((await call(gateway)).status).toBe(403);
    expect(endpoint.seen).toEqual([]);
  },
);

test('a cut-off ends the call under way and refuses the next', async () => {
  const endpoint = await upstream(() => undefined);
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl);
  const underWay = call(gateway);
  await expect.poll(() => endpoint.seen.length).toBe(1);
  gateway.cut('attempt-1', 'The budget is spent');
  const cut = await underWay;
  expect(decodeFailure(cut.headers.get(failureHeader) ?? '')).toMatchObject({
    class: 'refused',
    message: 'The budget is spent',
  });
  expect(calls).toMatchObject([{ status: 499 }]);
  expect(await (await call(gateway)).json()).toMatchObject({
    error: { code: 'cut_off', message: 'The budget is spent' },
  });
});

test('a call without budget is held until there is some', async () => {
  const endpoint = await upstream((response) => response.end('{}'));
  const asked: number[] = [];
  const admit = async (attemptId: string, heldMs: number) => {
    expect(attemptId).toBe('attempt-1');
    asked.push(heldMs);
    return asked.length < 3 ? 'all 10 tokens are used' : null;
  };
  const { gateway } = await gatewayTo(endpoint.baseUrl, { admit });
  expect((await call(gateway)).status).toBe(200);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBeLessThan(asked[2] ?? 0);
  expect(endpoint.seen).toHaveLength(1);
});

test('a run that ends while its call is held reaches no model', async () => {
  const endpoint = await upstream((response) => response.end('{}'));
  let asked = 0;
  // The ledger has nothing to say of an attempt that is settled.
  const admit = async () => {
    asked += 1;
    if (asked < 2) return 'all 10 tokens are used';
    attempts.set(session, attempt({ status: 'superseded' }));
    return null;
  };
  const { gateway, attempts, calls } = await gatewayTo(endpoint.baseUrl, { admit });
  const refused = await call(gateway);
  expect([refused.status, (await refused.json()).error.code]).toEqual([403, 'attempt_ended']);
  expect(endpoint.seen).toEqual([]);
  expect(calls).toEqual([]);
});

test('a call held in vain may be repeated later, and a run that hangs up is let go: neither reaches the model', async () => {
  const endpoint = await upstream((response) => response.end('{}'));
  let asked = 0;
  const admit = async () => {
    asked += 1;
    return 'all 10 tokens are used';
  };
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl, { admit });
  const late = await call(gateway);
  expect([late.status, late.headers.get('retry-after')]).toEqual([429, '10']);
  expect(decodeFailure(late.headers.get(failureHeader) ?? '')).toMatchObject({
    class: 'transient',
    message: 'all 10 tokens are used',
  });

  asked = 0;
  const hangUp = new AbortController();
  const held = call(gateway, {}, undefined, hangUp.signal);
  await expect.poll(() => asked).toBeGreaterThan(0);
  hangUp.abort();
  await expect(held).rejects.toThrow();
  // Nobody is there any more: after a round or two it is not asked about again.
  const askedWithin = async (ms: number) => {
    const before = asked;
    await sleep(ms);
    return asked - before;
  };
  await expect.poll(() => askedWithin(100)).toBe(0);
  expect(endpoint.seen).toEqual([]);
  expect(calls).toEqual([]);
});

test('a provider that was parked in an earlier life is parked still, and no longer than that', async () => {
  const endpoint = await upstream((response) => response.end('{}'));
  const until = new Date(Date.now() + 3_600_000);
  const parked = await gatewayTo(endpoint.baseUrl, { parkedUntil: until });
  expect(parked.gateway.health().parkedUntil).toEqual(until);
  const refused = await call(parked.gateway);
  expect(decodeFailure(refused.headers.get(failureHeader) ?? '')).toMatchObject({
    class: 'quota_exhausted',
    retryAt: until,
  });
  expect(endpoint.seen).toEqual([]);
  const over = await gatewayTo(endpoint.baseUrl, { parkedUntil: new Date(Date.now() - 1) });
  expect(over.gateway.health().parkedUntil).toBeNull();
  expect((await call(over.gateway)).status).toBe(200);
});

test('a price is known by the model that is named, and unknown without both of its parts', async () => {
  const { gateway } = await gatewayTo('http://127.0.0.1:9/v1', { inputPrice: null });
  expect(gateway.prices(null)).toEqual({ input: null, output: 10 });
  expect(gateway.prices('default/real')).toEqual({ input: null, output: 10 });
  expect(gateway.prices('rehearsal/scripted')).toEqual({ input: 0, output: 0 });
});

test('the session of a sub-agent leads to its root', async () => {
  const endpoint = await upstream((response) => response.end('{}'));
  const { gateway, calls } = await gatewayTo(endpoint.baseUrl);
  gateway.setParentLookup(async (id) => (id === 'ses_grandchild' ? 'ses_child' : id === 'ses_child' ? session : null));
  expect((await call(gateway, { 'x-session-id': 'ses_grandchild' })).status).toBe(200);
  expect(calls).toMatchObject([{ attemptId: 'attempt-1' }]);
});

test('an error of the provider is classified, and its text never shows the key', async () => {
  const endpoint = await upstream((response) =>
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { code: 'invalid_api_key', message: `Incorrect key ${key}` } })),
  );
  const { gateway, calls, logged } = await gatewayTo(endpoint.baseUrl);
  const answer = await call(gateway);
  const failure = decodeFailure(answer.headers.get(failureHeader) ?? '');
  expect(failure).toMatchObject({ class: 'auth', message: 'Incorrect key [redacted]' });
  expect((await answer.text()) + logged.join()).not.toContain(key);
  expect(calls).toMatchObject([{ status: 401, errorClass: 'auth', inputTokens: 0 }]);
});

test('a redirect is not followed: it would carry the key elsewhere', async () => {
  const elsewhere = await upstream((response) => response.end('{}'));
  const endpoint = await upstream((response) =>
    response.writeHead(302, { location: `${elsewhere.baseUrl}/chat/completions` }).end(),
  );
  const { gateway } = await gatewayTo(endpoint.baseUrl);
  expect((await call(gateway)).status).toBe(400);
  expect(elsewhere.seen).toEqual([]);
});

test('a silent provider, before and in the middle of its answer, is given up', async () => {
  const silent = await upstream(() => undefined);
  const first = await gatewayTo(silent.baseUrl, { silenceMs: 200 });
  const refused = await call(first.gateway);
  expect(refused.status).toBe(503);
  expect(first.calls).toMatchObject([{ status: 0, errorClass: 'transient', costUsd: null }]);

  const halting = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk({ choices: [{ delta: { content: 'half' } }] }));
  });
  const second = await gatewayTo(halting.baseUrl, { silenceMs: 200 });
  const answer = await call(second.gateway);
  await expect(answer.text()).rejects.toThrow();
  expect(second.calls).toMatchObject([{ errorClass: 'transient' }]);
});

test('a spent quota parks the provider, and repeated failures open its circuit', async () => {
  let reply: [number, object, Record<string, string>] = [
    429,
    { error: { code: 'insufficient_quota' } },
    { 'retry-after': '3600' },
  ];
  const endpoint = await upstream((response) => response.writeHead(reply[0], reply[2]).end(JSON.stringify(reply[1])));
  const parked = await gatewayTo(endpoint.baseUrl);
  await call(parked.gateway);
  expect(parked.gateway.health().parkedUntil?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  const waiting = await call(parked.gateway);
  expect(decodeFailure(waiting.headers.get(failureHeader) ?? '')?.class).toBe('quota_exhausted');
  expect(endpoint.seen).toHaveLength(1);

  reply = [500, { error: { type: 'server_error' } }, {}];
  const failing = await gatewayTo(endpoint.baseUrl);
  for (let failure = 0; failure < 5; failure += 1) expect((await call(failing.gateway)).status).toBe(503);
  expect(failing.gateway.health().circuit).toBe('open');
  expect((await call(failing.gateway)).headers.get('retry-after')).toBe('30');
  expect(endpoint.seen).toHaveLength(6);
});

test('the port is kept over restarts, and another one is chosen when it is taken', async () => {
  const first = await gatewayTo('http://127.0.0.1:9/v1');
  const port = first.gateway.port();
  await first.gateway.stop();
  const second = await gatewayTo('http://127.0.0.1:9/v1', { dataDir: first.dataDir });
  expect(second.gateway.port()).toBe(port);
  const third = await gatewayTo('http://127.0.0.1:9/v1', { dataDir: first.dataDir });
  expect(third.gateway.port()).not.toBe(port);
  expect(JSON.parse(readFileSync(join(first.dataDir, 'runtime/gateway.json'), 'utf8'))).toEqual({
    port: third.gateway.port(),
  });
});

test('before the token of a surviving runtime is known its calls are put off, not refused', async () => {
  const { gateway } = await gatewayTo('http://127.0.0.1:9/v1');
  gateway.acceptToken('');
  expect((await call(gateway)).status).toBe(503);
});

test('models are listed by name only', async () => {
  const { gateway } = await gatewayTo('http://127.0.0.1:9/v1');
  const headers = { authorization: `Bearer ${token}` };
  const list = await fetch(`http://127.0.0.1:${gateway.port()}/gateway/default/v1/models`, { headers });
  expect(await list.json()).toMatchObject({ data: [{ id: 'real' }] });
  const unknown = await fetch(`http://127.0.0.1:${gateway.port()}/gateway/other/v1/models`, { headers });
  expect(unknown.status).toBe(404);
});

test("an agent's temperature goes with its calls, until the model says that it takes none", async () => {
  const endpoint = await upstream((response, { body }) => {
    if (!body.includes('temperature')) return void response.end(JSON.stringify({ choices: [], usage }));
    if (body.includes('"temperature":0.3')) return void response.end(JSON.stringify({ choices: [], usage }));
    const error = { code: 'unsupported_value', param: 'temperature', message: 'Only the default is supported' };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  });
  const { gateway, attempts } = await gatewayTo(endpoint.baseUrl);
  attempts.set(session, attempt({ temperature: 0.3 }));
  expect((await call(gateway, {}, { model: 'real', messages: [] })).status).toBe(200);
  attempts.set(session, attempt({ temperature: 1.7 }));
  expect((await call(gateway, {}, { model: 'real', messages: [] })).status).toBe(200);
  expect((await call(gateway, {}, { model: 'real', messages: [] })).status).toBe(200);
  const sent = endpoint.seen.map(({ body }) => JSON.parse(body).temperature);
  expect(sent).toEqual([0.3, 1.7, undefined, undefined]);
});
